// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

// The authbind tree as a permission source.

extension SourceInventory {
    init(_ tree: AuthbindInventory) {
        self.init(of: .authbind)
        (entries, diagnostics) = (tree.entries, tree.diagnostics)
    }
}

extension SourceHealth {
    static func ofAuthbind() -> SourceHealth {
        let root: ByteString = "/etc/authbind"
        let isThere = (try? FileStatus(of: root)) != nil
        var health = SourceHealth(summary: isThere ? root : "there is no \(root); rules alone decide")
        for directory in [root, "\(root)/byport", "\(root)/byaddr", "\(root)/byuid"] {
            guard let status = try? FileStatus(of: directory) else { continue }
            if directory != "\(root)/byuid", let searchers = AuthbindPassage.searchers(of: directory, status) {
                health.errors.append(unsearchable(searchers))
            }
            if status.owner == .root || Namespaces.hides(status.owner), !status.mode.isWritableByGroupOrOthers {
                continue
            }
            let text: ByteString =
                "\(directory) can be changed by others (uid \(status.owner), mode \(status.mode)), who can so allow themselves any port"
            let command = ShellCommand(["sudo", "chown", "root", directory]).flatMap { owner in
                ShellCommand(["sudo", "chmod", "go-w", directory]).map { owner.then($0) }
            }
            health.errors.append((text, command.map { Message($0) }))
        }
        return health
    }

    private static func unsearchable(_ searchers: AuthbindPassage.Searchers) -> (ByteString, Message?) {
        (
            "\(searchers.path) has mode \(searchers.mode): who may not search it is refused every port of the tree",
            ShellCommand(["sudo", "chmod", "a+x", searchers.path]).map { Message($0) }
        )
    }
}
