// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLinux

/// Whether the helper and the broker work for an unprivileged user, by trying.
enum BrokerHealth {
    static func findings() -> [HealthDiagnostic] {
        guard let (trial, user) = BrokerTrial.ofOrdinaryUser() else {
            return [HealthDiagnostic("broker", .note, "it could not be tried")]
        }
        let tried: ByteString = user == CurrentProcess.realUser ? "tried" : "tried as uid \(user)"
        switch trial {
        case .works(.beside): return [HealthDiagnostic("broker", .ok, "it works (\(tried))")]
        case .works(.above):
            let text: ByteString = "it works, with a supervisor that is the ancestor of its programs (\(tried))"
            return [HealthDiagnostic("broker", .ok, text)]
        // `InstallationHealth` has said it, of the file.
        case .fails(.helper(.missing)), .fails(.helper(.noPrivilege)), .fails(.helper(.noSetUserID)): return []
        case .fails(.helper(let obstacle)):
            return [
                HealthDiagnostic(
                    "helper",
                    .error,
                    "\(obstacle.sentence): lowport run and authbind have no effect here (\(tried))",
                    remedy: obstacle.hint.map { "\($0)" }
                )
            ]
        case .fails(let error):
            return [
                HealthDiagnostic(
                    "broker",
                    .error,
                    "\(error.sentence): static programs and those of Go are not reached (\(tried))",
                    remedy: error.hint.map { "\($0)" }
                )
            ]
        }
    }
}
