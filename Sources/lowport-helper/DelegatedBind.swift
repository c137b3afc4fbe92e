// SPDX-License-Identifier: Apache-2.0
import HelperProtocol
import Linux
import PortPolicy

/// Who is asked for: the real principal of this process, and the capabilities that it holds for that.
struct Caller {
    /// The real user.
    let user = CurrentProcess.realUser
    /// The real group and the supplementary groups.
    let groups = [CurrentProcess.realGroup] + ((try? CurrentProcess.supplementaryGroups()) ?? [])
    /// What is raised for single calls.
    let capabilities: HeldCapabilities

    /// What the helper gives for a decision at `now`.
    func context<Names: NameResolver>(now: Int64, names: Names) -> DecisionContext<Names, ReadOverride> {
        DecisionContext(
            now: Timestamp(rawValue: now),
            names: names,
            privilege: ReadOverride(capabilities: capabilities)
        )
    }
}

/// A socket and the address that it is to be bound to, for the real user of this process.
struct DelegatedBind {
    /// Who wants it.
    let caller: Caller
    /// The socket; somebody else's.
    let socket: InheritedDescriptor
    /// Where it is to be bound.
    let address: SocketAddress
    /// The thread that wants it, for the log alone.
    let thread: Int32

    /// Binds the socket, if `decision` allows it. Between the decision and the bind nothing happens but that the log is told.
    ///
    /// The right to bind is effective afterwards, and with it nothing that could be done without: one who binds again
    /// and again need not have the kernel make new credentials twice each time.
    /// - Parameters:
    ///   - request: what is to be bound, and for whom.
    ///   - decision: what the policy says to it.
    ///   - log: hears of the decision before it takes effect, and then of the outcome.
    /// - Returns: what became of it.
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
        // A socket that is not of the internet, or not of the address's family, is left to the kernel without privilege.
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

    /// What is asked of the policy.
    var request: BindRequest {
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

    /// Whether the socket is of the family of the address.
    var isOfItsFamily: Bool {
        guard let family = try? socket.internetFamily() else { return false }
        switch address.address {
        case .v4: return family == .v4
        case .v6: return family == .v6
        }
    }
}

/// The right to read the files that root alone may read.
struct ReadOverride: ReadPrivilege {
    let capabilities: HeldCapabilities

    func raise() { capabilities.raise(.dacReadSearch) }
    func lower() { capabilities.lower() }
}
