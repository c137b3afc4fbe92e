// SPDX-License-Identifier: Apache-2.0

/// A socket and the address that it is to be bound to, for the real user of this process.
struct AskedBind {
    /// The socket; somebody else's.
    let socket: InheritedDescriptor
    /// Where it is to be bound.
    let address: SocketAddress

    /// Binds the socket, if the real user may. Between the decision and the bind nothing happens.
    /// - Returns: what became of it, and the decision that it rests on.
    func carryOut() -> (reply: HelperReply, decision: Decision, request: BindRequest) {
        let request = request
        let decision = decide(request)
        if let refusal = decision.refusal { return (.refused(refusal), decision, request) }
        // A socket that is not of the internet, or not of the address's family, is left to the kernel without privilege.
        if isOfItsFamily { HeldCapability.bindService.raise() }
        defer { HeldCapability.bindService.lower() }
        do throws(Errno) {
            try socket.bind(to: address)
            return (.bound, decision, request)
        } catch {
            return (.failed(error), decision, request)
        }
    }

    private func decide(_ request: BindRequest) -> Decision {
        let contents = RuleStore.system.load()
        return Decision.decide(
            request,
            rules: contents.rules,
            now: Timestamp(rawValue: WallClock.seconds),
            names: SystemNames()
        ) { request in
            AuthbindAnswer.ofSystem(
                to: request,
                rulesArePresent: contents.arePresent,
                privilege: RaisedReading()
            )
        }
    }

    private var request: BindRequest {
        // What cannot be found out counts as what is allowed least.
        let isIPv6Only = (try? socket.isIPv6Only()) ?? false
        return BindRequest(
            user: CurrentProcess.realUser,
            groups: [CurrentProcess.realGroup] + ((try? CurrentProcess.supplementaryGroups()) ?? []),
            transport: (try? socket.transportProtocol()) ?? .other,
            address: address.address,
            port: address.port,
            isDualStack: address.address == .v6(.any) && !isIPv6Only
        )
    }

    private var isOfItsFamily: Bool {
        guard let family = try? socket.internetFamily() else { return false }
        switch address.address {
        case .v4: return family == .v4
        case .v6: return family == .v6
        }
    }
}

/// The right to read the files that root alone may read.
struct RaisedReading: ReadPrivilege {
    func raise() { HeldCapability.readSearch.raise() }
    func lower() { HeldCapability.readSearch.lower() }
}
