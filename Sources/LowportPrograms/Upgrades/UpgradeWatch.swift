// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
package import LowportLinux

/// What gives programs their capabilities again after an upgrade, if the administrator wants that.
///
/// The marker is what everything else asks for: the hook of dpkg, the file trigger of the RPM package and the unit of
/// systemd do nothing without it.
package enum UpgradeWatch {
    /// The file that says that it is wanted.
    package static let marker: ByteString = "/etc/lowport/programs.enabled"
    /// The directory of dpkg's hooks (dpkg(1), "dpkg.cfg.d").
    package static let hooks: ByteString = "/etc/dpkg/dpkg.cfg.d"
    /// The hook of dpkg.
    package static var hook: ByteString { "\(hooks)/lowport-programs" }
    /// The unit of systemd that waits for changes of the database of dpkg and of the declarations.
    package static let unit: ByteString = "lowport-programs.path"
    private static let systemctl: ByteString = "/usr/bin/systemctl"

    /// Whether it is wanted.
    package static var isEnabled: Bool { exists(marker) }

    /// Whether dpkg is there, which would run the hook.
    package static var hasDpkg: Bool { exists(hooks) }

    /// Whether the hook of dpkg is there.
    package static var hasHook: Bool { exists(hook) }

    /// Whether systemd starts the unit.
    package static var isUnitEnabled: Bool {
        hasUnit && (try? ask(["is-enabled", "--quiet", unit])) == .exited(status: 0)
    }

    /// Whether the unit of systemd is there.
    package static var hasUnit: Bool {
        let directories: [ByteString] = [
            "/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
        ]
        return exists(systemctl) && directories.contains { exists("\($0)/\(unit)") }
    }

    /// Why it could not be switched.
    package struct SwitchError: Error, Sendable {
        /// The file, or the unit.
        package let subject: ByteString
        /// The reason, as the end of a sentence.
        package let reason: ByteString
    }

    /// Switches it on; what is on already stays.
    /// - Parameter command: the absolute path of lowport(8), for the hook.
    package static func enable(command: ByteString) throws(SwitchError) {
        try write("# Written by lowport programs enable: lowport.programs(5).\n", to: marker)
        if hasDpkg {
            try refuseIfOthersMayChange(command)
            guard let words = ShellCommand([command, "programs", "apply", "--quiet"]),
                let test = ShellCommand(["test", "-x", command])
            else {
                throw SwitchError(subject: hook, reason: "the path of lowport cannot be written there")
            }
            // A program that cannot get its capability is reported, and is no error of dpkg.
            let text: ByteString = """
                # Written by lowport programs enable: lowport.programs(5).
                post-invoke=if [ -e \(marker) ] && \(test.text); then \(words.text) || :; fi

                """
            try write(text, to: hook)
        }
        if hasUnit { try switchUnit("enable") }
    }

    /// Root executes the command after each upgrade.
    private static func refuseIfOthersMayChange(_ command: ByteString) throws(SwitchError) {
        let weakness: PathWeakness?
        do throws(PathError) {
            let resolved = try ResolvedPath(command, followLinks: true)
            weakness = resolved.weakFile() ?? resolved.weakDirectory()
        } catch { throw SwitchError(subject: command, reason: error.error.sentence) }
        if let weakness { throw SwitchError(subject: command, reason: "\(weakness)") }
    }

    /// Switches it off; the capabilities stay.
    package static func disable() throws(SwitchError) {
        try remove(marker)
        try remove(hook)
        if hasUnit { try switchUnit("disable") }
    }

    private static func switchUnit(_ verb: ByteString) throws(SwitchError) {
        // Without a running systemd, as in an image that is being made, the unit starts with the next one.
        let now: [ByteString] = exists("/run/systemd/system") ? ["--now"] : []
        do throws(Errno) {
            if try ask([verb] + now + [unit]) == .exited(status: 0) { return }
        } catch { throw SwitchError(subject: unit, reason: error.sentence) }
        throw SwitchError(subject: unit, reason: "systemctl \(verb) failed; journalctl -u \(unit) may say why")
    }

    private static func ask(_ words: [ByteString]) throws(Errno) -> ProcessChange {
        try capturedOutput(ofProgramAt: systemctl, arguments: [systemctl] + words, limit: 1 << 20).end
    }

    private static func write(_ text: ByteString, to path: ByteString) throws(SwitchError) {
        if let old = try? FileDescriptor.open(path, [.readOnly, .noFollow, .nonBlocking]).readToEnd(limit: 4096),
            ByteString(old) == text
        {
            return
        }
        do throws(NamedFileError) { try text.replaceFile(path, mode: FileMode(rawValue: 0o644)) } catch {
            throw SwitchError(subject: path, reason: error.text)
        }
    }

    private static func remove(_ path: ByteString) throws(SwitchError) {
        let parts = path.split(on: UInt8(ascii: "/"))
        let parent = ByteString(joining: Array(parts.dropLast()), with: "/")
        do throws(Errno) {
            let directory = try FileDescriptor.open(parent, [.readOnly, .directory, .noFollow])
            try directory.unlink(parts.last ?? "")
            try directory.synchronize()
        } catch {
            if error != .noSuchFile { throw SwitchError(subject: path, reason: error.sentence) }
        }
    }

    private static func exists(_ path: ByteString) -> Bool { (try? FileStatus(of: path)) != nil }
}
