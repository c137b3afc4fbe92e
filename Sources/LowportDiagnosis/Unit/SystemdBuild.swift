// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The systemd that is installed: its version, and what it was built with.
package struct SystemdBuild: Hashable, Sendable {
    /// The version; nil if it is not known.
    private let version: UInt64?
    /// The features that it was built with or, after `-`, without; empty if they are not known.
    private let features: Set<ByteString>

    /// Reads what `systemctl --version` prints: `systemd 252 (252.38-1)`, and then a line of features.
    package init(_ text: ByteString = "") {
        let lines = text.split(on: 0x0A).map { UnitWords.list($0) }
        version = lines.first?.dropFirst().first.flatMap { Digits.number($0) }
        features = version == nil ? [] : Set(lines.dropFirst().joined())
    }

    /// Whether it sets no_new_privs where it installs a filter of system calls for an ordinary user: before version 255
    /// it did.
    var doFiltersImplyNoNewPrivileges: Bool { (version ?? 0) < 255 }

    /// Whether it attaches programs to control groups, as `SocketBindDeny=` needs it; one that does not ignores the
    /// setting.
    var hasControlGroupPrograms: Bool { features.isEmpty || features.contains("+BPF_FRAMEWORK") }
}

extension SystemdBuild {
    /// The one of this machine; nothing is known about it if it does not say.
    static var installed: SystemdBuild {
        let paths: [ByteString] = ["/usr/bin/systemctl", "/bin/systemctl"]
        guard let path = paths.first(where: { (try? FileStatus(of: $0)) != nil }),
            let answer = try? capturedOutput(ofProgramAt: path, arguments: ["systemctl", "--version"], limit: 4096)
        else { return SystemdBuild() }
        return SystemdBuild(answer.text)
    }
}
