// SPDX-License-Identifier: Apache-2.0

/// Who is asked for: the real identity of this process, and the capabilities that it holds for that.
struct Caller {
    /// The real user.
    let user = CurrentProcess.realUser
    /// The real group and the supplementary groups.
    let groups = [CurrentProcess.realGroup] + ((try? CurrentProcess.supplementaryGroups()) ?? [])
    /// What is raised for single calls.
    let capabilities: HeldCapabilities
    /// The names that the machine knows, for the full helper.
    var names: LoweredNames { LoweredNames(capabilities: capabilities) }
}

/// A socket and the address that it is to be bound to, for the real user of this process.
struct AskedBind {
    /// Who wants it.
    let caller: Caller
    /// The socket; somebody else's.
    let socket: InheritedDescriptor
    /// Where it is to be bound.
    let address: SocketAddress

    /// Binds the socket, if the real user may. Between the decision and the bind nothing happens.
    ///
    /// The right to bind is effective afterwards, and with it nothing that could be done without: one who binds again
    /// and again need not have the kernel make new credentials twice each time.
    /// - Parameters:
    ///   - contents: the rules of the machine that concern the port, as they are at `now`.
    ///   - names: turns the names in rules into numbers.
    /// - Returns: what became of it, and the decision that it rests on.
    func carryOut(
        _ contents: RuleStore.Contents,
        now: Int64,
        names: some NameResolver
    ) -> (reply: HelperReply, decision: Decision, request: BindRequest) {
        let request = request
        let decision = decide(request, contents, now, names)
        if let refusal = decision.refusal { return (.refused(refusal), decision, request) }
        // A socket that is not of the internet, or not of the address's family, is left to the kernel without privilege.
        if isOfItsFamily { caller.capabilities.raise(.bindService) } else { caller.capabilities.lower() }
        do throws(Errno) {
            try socket.bind(to: address)
            return (.bound, decision, request)
        } catch {
            return (.failed(error), decision, request)
        }
    }

    private func decide(
        _ request: BindRequest,
        _ contents: RuleStore.Contents,
        _ now: Int64,
        _ names: some NameResolver
    ) -> Decision {
        Decision.decide(request, rules: contents.rules, now: Timestamp(rawValue: now), names: names) { request in
            AuthbindAnswer.ofSystem(
                to: request,
                rulesArePresent: contents.arePresent,
                privilege: RaisedReading(capabilities: caller.capabilities)
            )
        }
    }

    private var request: BindRequest {
        // What cannot be found out counts as what is allowed least.
        let isDualStack = address.address == .v6(.any) && (try? socket.isIPv6Only()) != true
        return BindRequest(
            user: caller.user,
            groups: caller.groups,
            transport: (try? socket.transportProtocol()) ?? .other,
            address: address.address,
            port: address.port,
            isDualStack: isDualStack
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
    let capabilities: HeldCapabilities

    func raise() { capabilities.raise(.readSearch) }
    func lower() { capabilities.lower() }
}
