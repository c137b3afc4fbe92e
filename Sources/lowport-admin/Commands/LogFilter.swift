// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy

/// `--outcome`.
enum LogOutcome: String, ExpressibleByArgument, CaseIterable {
    case allowed, refused, failed, left

    /// The outcome to which a result belongs.
    init(_ result: BindResult) {
        self =
            switch result {
            case .allowedByRule, .allowedByCapability, .allowedAsUnprivileged: .allowed
            case .refused: .refused
            case .failed: .failed
            case .left: .left
            }
    }
}

/// Which binds `lowport log` shows.
struct LogFilter {
    var user: UserID?
    var ports: [PortRange]?
    var outcome: LogOutcome?
    var since: Timestamp?

    /// Whether `bind` is wanted.
    func wants(_ bind: LoggedBind) -> Bool {
        if let user, bind.user != user { return false }
        if let ports, !ports.contains(where: { $0.contains(bind.port) }) { return false }
        if let outcome, LogOutcome(bind.result) != outcome { return false }
        if let since, bind.time < since { return false }
        return true
    }
}
