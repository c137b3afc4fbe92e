// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Files in the directory of the rules that look like rules, and that nobody reads because of their names.
enum MisnamedRules {
    /// A warning about each.
    static var diagnostics: [PolicyDiagnostic] {
        let path = RuleStore.extraPath
        guard let directory = try? FileDescriptor.open(path, [.readOnly, .directory]),
            let names = try? directory.names()
        else { return [] }
        let text: Message = "is not read: its name does not end in \(RuleStore.extraSuffix)"
        return names.filter(isMisnamed).sorted().map { PolicyDiagnostic(text, path: "\(path)/\($0)", .warning) }
    }

    /// Whether rules were meant: names such as `web` and `web.conf`, and none of those with which editors, package managers
    /// and people set a file aside.
    private static func isMisnamed(_ name: ByteString) -> Bool {
        if name == "README" || name.hasSuffix("~") { return false }
        let endings: [ByteString] = [".rule", ".conf", ".txt"]
        if !name.bytes.contains(UInt8(ascii: ".")) { return true }
        return endings.contains(where: name.hasSuffix) && !name.hasPrefix(".")
    }
}
