// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// The first unprivileged port.
struct ThresholdExaminer: Examiner {
    static let role = Role.way

    /// `net.ipv4.ip_unprivileged_port_start` (ip(7)); above 65535 if all ports need privilege.
    var first: UInt32
    /// Whether `first` is the value of the network namespace of the process.
    var isNetworkKnown = true

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        let place: ByteString =
            if case .own? = context.unit?.network {
                "the network that is made for it"
            } else if isNetworkKnown {
                "this network namespace"
            } else {
                "our network namespace; its own can be seen by root alone"
            }
        guard first <= UInt32(context.request.port.rawValue) else {
            let text: ByteString = "ports below \(first) need privilege in \(place)"
            return [.usual(.threshold, .refuses, text, if: first == PortThreshold.standard)]
        }
        return [
            Finding(
                .threshold,
                .allows,
                "ports from \(first) on need no privilege in \(place)",
                reason: .init(.decisive, "the port needs no privilege here")
            )
        ]
    }
}

extension ThresholdExaminer {
    init(lookingAt context: BindContext) {
        if case .own? = context.unit?.network {
            first = PortThreshold.standard
            return
        }
        let seen = context.inItsNetwork { try? PortThreshold.current }
        isNetworkKnown = seen != nil
        first = (seen ?? nil) ?? (try? PortThreshold.current) ?? PortThreshold.standard
    }
}
