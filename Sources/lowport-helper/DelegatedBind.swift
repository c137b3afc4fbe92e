// SPDX-License-Identifier: Apache-2.0
import LowportHelperProtocol
import LowportLinux
import LowportPolicy

/// The principal of requests: the real user and groups of this process, with the capabilities that the process holds.
struct Caller {
    let user = CurrentProcess.realUser
    /// The real group and the supplementary groups.
    let groups = [CurrentProcess.realGroup] + ((try? CurrentProcess.supplementaryGroups()) ?? [])
    /// The capabilities that are raised for single system calls.
    let capabilities: HeldCapabilities

    /// Returns the context for a decision at `now`.
    func context<Names: NameResolver>(now: Int64, names: Names) -> DecisionContext<Names, ReadOverride> {
        DecisionContext(
            now: Timestamp(rawValue: now),
            names: names,
            privilege: ReadOverride(capabilities: capabilities)
        )
    }
}

/// A socket and the address to bind it to, for the real user of this process.
struct DelegatedBind {
    /// The principal that requests the bind.
    let caller: Caller
    /// The socket, which belongs to another process.
    let socket: InheritedDescriptor
    /// The address to bind the socket to.
    let address: SocketAddress
    /// The calling thread, for the log only.
    let thread: Int32

    /// Binds the socket, if `decision` allows it. Between the decision and the bind, only the log is written.
    ///
    /// Afterwards, the capability to bind is still effective, and no other capability is. A caller that binds
    /// repeatedly then does not make the kernel create new credentials twice for each bind.
    /// - Parameters:
    ///   - request: the requested bind and its principal.
    ///   - decision: the policy's decision on the request.
    ///   - log: receives the decision before it takes effect, and then the outcome.
    /// - Returns: the reply for the requester.
    func carryOut(_ request: BindRequest, _ decision: Decision, log: inout SystemLog) -> HelperReply {
        func record(_ event: DecisionLog.Event) {
            log.write(severity: event.severity) {
                DecisionLog.line(
                    event,
                    decision,
                    request,
                    address: address,
                    program: (try? ProcessName.of(thread)) ?? "?",
                    process: thread
                )
            }
        }
        if let refusal = decision.refusal {
            record(.refused)
            return .refused(refusal)
        }
        record(.allowed)
        // For a socket that is not an internet socket, or not of the address's family, the kernel decides without
        // privilege.
        if isOfItsFamily { caller.capabilities.raise(.netBindService) } else { caller.capabilities.lower() }
        do throws(Errno) {
            try socket.bind(to: address)
        } catch {
            record(.failed(error))
            return .failed(error)
        }
        record(.bound)
        return .bound
    }

    /// The request to the policy.
    var request: BindRequest {
        // If a property of the socket cannot be read, assume the value for which the policy allows least.
        let isDualStack = address.address == .v6(.any) && (try? socket.isIPv6Only()) != true
        return BindRequest(
            user: caller.user,
            groups: caller.groups,
            transport: (try? socket.transportProtocol()) ?? .other,
            address: address.address,
            port: address.port,
            isDualStack: isDualStack,
            program: ProcessName.executable(of: thread)
        )
    }

    /// Whether the socket has the family of the address.
    var isOfItsFamily: Bool {
        guard let family = try? socket.internetFamily() else { return false }
        switch address.address {
        case .v4: return family == .v4
        case .v6: return family == .v6
        }
    }
}

/// The capability to read files that only root may read.
struct ReadOverride: ReadPrivilege {
    let capabilities: HeldCapabilities

    func raise() { capabilities.raise(.dacReadSearch) }
    func lower() { capabilities.lower() }
}
