// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLaunch
internal import LowportLinux
internal import LowportPrograms

/// `lowport programs enable`.
struct ProgramsEnable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Apply the declarations now, and again after each upgrade.",
        discussion: """
            Writes a hook for dpkg and enables a unit of systemd, where these exist;
            where the package of Lowport is an RPM, its trigger does it.
            """
    )

    @Flag(name: .shortAndLong, help: "Say nothing unless something fails.")
    var quiet = false

    func run() throws {
        let wasEnabled = UpgradeWatch.isEnabled
        try switching("lowport programs enable") { () throws(UpgradeWatch.SwitchError) in
            try UpgradeWatch.enable(command: Installation.command)
        }
        if !wasEnabled { ChangeLog.write("programs keep their capabilities after upgrades") }
        if !quiet { try printOut("after upgrades: \(KeptAnswer(ProgramsStore.system.load()).watchText)") }
        try ProgramsApply.apply(quiet: quiet)
    }
}

/// `lowport programs disable`.
struct ProgramsDisable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Stop restoring capabilities after upgrades. Programs keep what they have."
    )

    func run() throws {
        let wasEnabled = UpgradeWatch.isEnabled
        try switching("lowport programs disable") { () throws(UpgradeWatch.SwitchError) in try UpgradeWatch.disable() }
        if wasEnabled { ChangeLog.write("programs do not keep their capabilities after upgrades any more") }
        if !wasEnabled { try printOut("unchanged: it is not enabled") }
    }
}

/// Runs `body` as root; an error is printed and becomes the exit status.
private func switching(_ command: ByteString, _ body: () throws(UpgradeWatch.SwitchError) -> Void) throws {
    guard CurrentProcess.effectiveUser == .root else {
        throw failure("only root may do that", hint: "run it as root, with sudo", status: Status.notPermitted)
    }
    do throws(UpgradeWatch.SwitchError) { try body() } catch {
        throw failure("\(error.subject): \(error.reason)", hint: "then again: \(command)", status: Status.system)
    }
}

extension Installation {
    /// The path of lowport(8) in this installation; where it is not found, where packages have it.
    fileprivate static var command: ByteString {
        let place = CurrentProcess.executablePath ?? ""
        let directories = place.split(on: UInt8(ascii: "/")).dropLast()
        for depth in [directories.count, directories.count - 2] where depth > 0 {
            let prefix = ByteString(joining: Array(directories.prefix(depth)), with: "/")
            for path in ["\(prefix)/lowport", "\(prefix)/bin/lowport"] as [ByteString] {
                guard let status = try? FileStatus(of: path), status.kind == .regular else { continue }
                return path
            }
        }
        return "/usr/bin/lowport"
    }
}
