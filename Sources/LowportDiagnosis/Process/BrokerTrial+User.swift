// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLinux

extension BrokerTrial {
    /// Tries as `user`, with the limits of this process; nil if this process cannot become that user, or if there is no
    /// lowport-run.
    static func of(_ user: UserID) -> BrokerTrial? {
        switch probe(user) {
        case .success(let line): return BrokerTrial(line)
        // The limit is that of the user, and the helper would meet it as well.
        case .failure(.wouldBlock): return .fails(.helper(.notStarted(.wouldBlock)))
        case .failure: return nil
        }
    }
}
