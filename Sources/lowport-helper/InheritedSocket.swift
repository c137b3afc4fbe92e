// SPDX-License-Identifier: Apache-2.0

/// The socket that the helper was started with.
struct InheritedSocket {
    private let descriptor: InheritedDescriptor

    /// The socket on descriptor 0.
    static var standardInput: InheritedSocket { InheritedSocket(descriptor: .standardInput) }

    /// Binds the socket to `address`, if the real user may bind it; throws the error that `bind` is to fail with.
    ///
    /// Between the decision and the bind nothing happens.
    func bindIfAllowed(to address: SocketAddress) throws(Errno) {
        let decision = decide(address)
        if let refusal = decision.refusal {
            explain(decision)
            throw refusal
        }
        // A socket that is not of the internet, or not of the address's family, is left to the kernel without privilege.
        if isOfFamily(of: address) { HeldCapability.bindService.raise() }
        defer { HeldCapability.bindService.lower() }
        try descriptor.bind(to: address)
    }

    private func decide(_ address: SocketAddress) -> Decision {
        let contents = RuleStore.system.load(onlyFor: address.port)
        return Decision.decide(
            request(for: address),
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

    private func request(for address: SocketAddress) -> BindRequest {
        // What cannot be found out counts as what is allowed least.
        let isIPv6Only = (try? descriptor.isIPv6Only()) ?? false
        return BindRequest(
            user: CurrentProcess.realUser,
            groups: [CurrentProcess.realGroup] + ((try? CurrentProcess.supplementaryGroups()) ?? []),
            transport: (try? descriptor.transportProtocol()) ?? .other,
            address: address.address,
            port: address.port,
            isDualStack: address.address == .v6(.any) && !isIPv6Only
        )
    }

    private func isOfFamily(of address: SocketAddress) -> Bool {
        guard let family = try? descriptor.internetFamily() else { return false }
        switch address.address {
        case .v4: return family == .v4
        case .v6: return family == .v6
        }
    }

    /// Says what authbind's helper says: something only where the tree itself could not be used.
    private func explain(_ decision: Decision) {
        guard let answer = decision.authbind, let error = decision.refusal else { return }
        if answer.steps.isEmpty, error != .notPermitted {
            _ = fail("chdir /etc/authbind: \(error.message)", error)
        } else if error == .isDirectory || error == .fileTooLarge || error == .inputOutput {
            _ = fail("read per-uid file: \(error.message)", error)
        }
    }
}

/// The right to read the files that root alone may read.
struct RaisedReading: ReadPrivilege {
    func raise() { HeldCapability.readSearch.raise() }
    func lower() { HeldCapability.readSearch.lower() }
}
