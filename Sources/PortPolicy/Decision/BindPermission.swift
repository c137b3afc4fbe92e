// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Whether a process may bind a port, on its own or through the helper: the answer of lowport-can-bind(8).
public enum BindPermission: Hashable, Sendable {
    /// The process may bind. The reason is `FILE:LINE` of each rule, the path of a file of the authbind tree, or a few
    /// words.
    case granted(reason: ByteString)
    /// Neither the kernel nor the policy allows it.
    case refused
    /// The file at this path decides; the helper may read it, and this process may not.
    case unknown(path: ByteString)

    /// Why there is no answer.
    public enum LookupError: Error, Hashable, Sendable {
        /// The first unprivileged port (`PortThreshold`) or the capabilities of the process could not be read.
        case threshold(Errno)
        /// The groups of the process could not be read (getgroups(2)).
        case groups(Errno)
    }

    /// Determines the permission of this process, with its real user and groups.
    /// - Parameters:
    ///   - port: the port.
    ///   - transport: the protocol.
    ///   - address: the address; `::` stands for a socket that accepts IPv4 as well.
    ///   - names: turns the names in rules into numbers.
    public init(
        ofThisProcessFor port: Port,
        _ transport: TransportProtocol,
        on address: IPAddress,
        names: some NameResolver = SystemNames()
    ) throws(LookupError) {
        if try Self.isLeftToTheKernel(port) {
            self = .granted(reason: "the kernel allows it to this process")
            return
        }
        let request: BindRequest
        do throws(Errno) {
            request = try BindRequest(port: port, transport: transport, address: address)
        } catch { throw .groups(error) }
        let context = DecisionContext(
            now: Timestamp(rawValue: WallClock.seconds),
            names: names,
            privilege: NoPrivilege()
        )
        self.init(Policy.system.decision(for: request, in: context))
    }

    private init(_ decision: Decision) {
        if decision.isAllowed {
            var reason = ByteString()
            for grant in decision.grants {
                reason += reason.isEmpty ? "" : " and "
                reason += grant.location.byteString
            }
            self = .granted(reason: reason)
        } else if let path = decision.unreadable {
            self = .unknown(path: path)
        } else {
            self = .refused
        }
    }

    /// Whether the kernel itself allows this process to bind `port`.
    private static func isLeftToTheKernel(_ port: Port) throws(LookupError) -> Bool {
        do throws(Errno) {
            let masks = try CapabilityState.ofCurrentThread()
            return try UInt32(port.rawValue) >= PortThreshold.current || masks.canBindAllPorts
        } catch { throw .threshold(error) }
    }
}
