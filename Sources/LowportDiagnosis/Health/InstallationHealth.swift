// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLaunch
internal import LowportLinux

/// The parts of the installation: present, complete, and with exactly the privilege that they need.
enum InstallationHealth {
    static func findings() -> [HealthDiagnostic] {
        helper("lowport-helper") + (needsTwin ? helper("lowport-helper-nss") : [])
            + part("liblowport-preload.so", "library") + part("lowport-run", "run")
    }

    /// A statically linked helper leaves the broker, and names that are not in the files, to lowport-helper-nss.
    private static var needsTwin: Bool {
        if Installation.path(of: "lowport-helper-nss") != nil { return true }
        guard let path = Installation.path(of: "lowport-helper") else { return false }
        return Target(program: path)?.image == .linkedStatically
    }

    private static func helper(_ name: ByteString) -> [HealthDiagnostic] {
        guard let path = Installation.path(of: name) else {
            return [HealthDiagnostic("helper", .error, "\(name) is not installed", remedy: "sudo make install")]
        }
        do throws(ProgramError) {
            let program = try ProgramFile(path, searchPath: "")
            return ownership(of: program) + [privilege(of: program)] + version(of: path, "helper")
                + directories(above: program.path)
        } catch {
            return [HealthDiagnostic("helper", .error, "\(path): \(error.error.sentence)", remedy: "sudo make install")]
        }
    }

    private static func ownership(of program: ProgramFile) -> [HealthDiagnostic] {
        if program.owner != .root, !Namespaces.hides(program.owner) {
            let text: ByteString = "\(program.path) belongs to uid \(program.owner)"
            return [
                HealthDiagnostic(
                    "helper",
                    .error,
                    text,
                    remedy: command("chown", "root:root", program.path) + ", and give it its privilege again"
                )
            ]
        }
        if program.mode.isWritableByGroupOrOthers {
            let text: ByteString = "\(program.path) has mode \(program.mode), so that others may write to it"
            return [HealthDiagnostic("helper", .error, text, remedy: command("chmod", "go-w", program.path))]
        }
        return []
    }

    private static func privilege(of program: ProgramFile) -> HealthDiagnostic {
        let setcap = command("setcap", HelperPrivilege.text, program.path)
        if program.isOnNosuidMount {
            let text: ByteString =
                "\(program.path) lies on a file system that is mounted nosuid, and has no privilege there"
            return HealthDiagnostic(
                "helper",
                .error,
                text,
                remedy: "install Lowport elsewhere: sudo make install PREFIX=..."
            )
        }
        if program.mode.rawValue & 0o4000 != 0 {
            return HealthDiagnostic(
                "helper",
                .note,
                "\(program.path) is set-user-ID root; capabilities would be less",
                remedy: setcap
            )
        }
        switch program.attribute {
        case .some(let capabilities) where capabilities.permitted.contains(.netBindService):
            let lacks: [(Capability, ByteString)] = [
                (.dacReadSearch, "cannot read byuid files that only root may read"),
                (.setpcap, "cannot empty its bounding set"),
            ]
            let missing = lacks.filter { !capabilities.permitted.contains($0.0) }.map(\.1)
            if missing.isEmpty { return HealthDiagnostic("helper", .ok, "\(program.path) has its capabilities") }
            let text = missing.dropFirst().reduce(missing[0]) { "\($0), and \($1)" }
            return HealthDiagnostic("helper", .note, "\(program.path) \(text)", remedy: setcap)
        case .unsupported:
            let text: ByteString = "the file system of \(program.path) knows no capabilities"
            return HealthDiagnostic("helper", .error, text, remedy: command("chmod", "4755", program.path))
        default:
            return HealthDiagnostic("helper", .error, "\(program.path) has no privilege", remedy: setcap)
        }
    }

    /// The command with which root changes the file at `path`; in words, if the file name cannot be typed or seen.
    private static func command(_ name: ByteString, _ change: ByteString, _ path: ByteString) -> Message {
        guard let command = ShellCommand(["sudo", name, change, ShellCommand.operand(path)]) else {
            return "as root: \(name) \(change) for the file, in whose name something is not seen, or not UTF-8"
        }
        return Message(command)
    }

    /// The first directory above the helper in which a user other than root can replace the helper by another program.
    private static func directories(above path: ByteString) -> [HealthDiagnostic] {
        var parts = path.split(on: UInt8(ascii: "/")).dropLast()
        while !parts.isEmpty {
            var directory: ByteString = parts.count == 1 ? "/" : ""
            for part in parts.dropFirst() { directory += "/" + part }
            if let status = try? FileStatus(of: directory),
                status.owner != .root && !Namespaces.hides(status.owner) || status.mode.isWritableByGroupOrOthers
            {
                let text: ByteString =
                    "\(directory), above the helper, can be changed by others (uid \(status.owner), mode \(status.mode))"
                return [
                    HealthDiagnostic(
                        "helper",
                        .note,
                        text,
                        remedy: "install Lowport below directories that only root may write to"
                    )
                ]
            }
            parts.removeLast()
        }
        return []
    }

    private static func part(_ name: ByteString, _ subject: String) -> [HealthDiagnostic] {
        guard let path = Installation.path(of: name) else {
            return [HealthDiagnostic(subject, .error, "\(name) is not installed", remedy: "sudo make install")]
        }
        if let status = try? FileStatus(of: path), status.mode.isSetID {
            return [
                HealthDiagnostic(
                    subject,
                    .error,
                    "\(path) is set-id, which only the helper may be",
                    remedy: command("chmod", "ug-s", path)
                )
            ]
        }
        return [HealthDiagnostic(subject, .ok, path)] + version(of: path, subject)
    }

    /// Parts of different versions do not work together.
    private static func version(of path: ByteString, _ subject: String) -> [HealthDiagnostic] {
        guard let content = try? FileDescriptor.open(path, .readOnly).readToEnd(limit: 64 << 20) else { return [] }
        let found = ProjectVersion.found(in: content)
        if found == ProjectVersion.current { return [] }
        let text: ByteString = "\(path) is of version \(found ?? "unknown"), and lowport of \(ProjectVersion.current)"
        return [HealthDiagnostic(subject, .error, text, remedy: "install all parts again: sudo make install")]
    }
}
