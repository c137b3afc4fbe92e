// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PortPolicy

/// Something about the rules that somebody should know.
struct Fault {
    /// What it is, with the place first.
    let text: ByteString
    /// Whether a whole file grants nothing because of it; otherwise it is a warning.
    let isSerious: Bool

    /// Everything that there is to say about `contents`.
    static func all(in contents: RuleStore.Contents, now: Timestamp) -> [Fault] {
        var faults = contents.refusals.map { Fault(text: $0.byteString, isSerious: true) }
        for file in contents.files {
            faults += file.errors.map { Fault(text: "\(file.path):\($0)", isSerious: true) }
            for (rule, location) in file.rules {
                faults += warnings(about: rule, now: now).map { Fault(text: "\(location): \($0)", isSerious: false) }
            }
        }
        return faults
    }

    /// Why a rule that is written without fault allows nothing, or less than it seems to.
    private static func warnings(about rule: Rule, now: Timestamp) -> [ByteString] {
        var warnings: [ByteString] = []
        switch rule.identity {
        case .user(let name) where Accounts.user(named: name) == nil: warnings.append("there is no user \(name)")
        case .group(let name) where Accounts.group(named: name) == nil: warnings.append("there is no group \(name)")
        default: break
        }
        if rule.isExpired(at: now), let until = rule.until { warnings.append("is over since \(until)") }
        for prefix in rule.prefixes where prefix.address.isWildcard && prefix.length != 0 {
            let all: ByteString = if case .v4 = prefix.address { "0.0.0.0/0" } else { "::/0" }
            warnings.append("\"on \(prefix)\" matches no bind; for every address write \(all), or no \"on\"")
        }
        return warnings
    }
}
