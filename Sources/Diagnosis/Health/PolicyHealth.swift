// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// The files that say who may bind what.
enum PolicyHealth {
    static func findings() -> [HealthFinding] { rules() + tree() }

    private static func rules() -> [HealthFinding] {
        let contents = RuleStore.system.load()
        var findings = contents.refusals.map {
            HealthFinding("rules", .fault, $0.byteString, remedy: "lowport check")
        }
        findings += contents.files.filter { !$0.isValid }.map {
            HealthFinding("rules", .fault, "\($0.path) has faults and grants nothing", remedy: "lowport check")
        }
        for file in contents.files where file.isValid {
            guard let status = try? FileStatus(of: file.path), status.mode.rawValue & 0o004 == 0 else { continue }
            let text: ByteString =
                "\(file.path) has mode \(status.mode): users cannot read it, so it grants them nothing"
            let command = ShellCommand(["sudo", "chmod", "o+r", ShellCommand.operand(file.path)])
            findings.append(HealthFinding("rules", .fault, text, remedy: command.map { Message($0) }))
        }
        if findings.isEmpty {
            let count = contents.files.map(\.rules.count).reduce(0, +)
            findings.append(HealthFinding("rules", .ok, "\(count) in force"))
        }
        return findings
    }

    private static func tree() -> [HealthFinding] {
        var findings: [HealthFinding] = []
        for folder in ["/etc/authbind", "/etc/authbind/byport", "/etc/authbind/byaddr", "/etc/authbind/byuid"]
            as [ByteString]
        {
            guard let status = try? FileStatus(of: folder) else { continue }
            if status.owner != .root || status.mode.isWritableByGroupOrOthers {
                let text: ByteString =
                    "\(folder) can be changed by others (uid \(status.owner), mode \(status.mode)), who can so allow themselves any port"
                let command = ShellCommand(["sudo", "chown", "root", folder]).flatMap { owner in
                    ShellCommand(["sudo", "chmod", "go-w", folder]).map { owner.then($0) }
                }
                findings.append(HealthFinding("authbind", .fault, text, remedy: command.map { Message($0) }))
            }
        }
        if findings.isEmpty {
            let isThere = (try? FileStatus(of: "/etc/authbind")) != nil
            findings.append(
                HealthFinding(
                    "authbind",
                    .ok,
                    isThere ? "/etc/authbind" : "there is no /etc/authbind; rules alone decide"
                )
            )
        }
        return findings
    }
}
