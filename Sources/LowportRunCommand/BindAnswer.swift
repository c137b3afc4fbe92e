// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLaunch
package import LowportLinux
package import LowportPolicy

/// Whether this process can bind a port, alone or through the helper, found by trying: the answer of lowport-can-bind(8).
package struct BindAnswer: Sendable {
    /// Whether it can.
    package let canBind: Bool
    /// `FILE:LINE` of each rule, the path of a file of the authbind tree, or a few words.
    package let reason: ByteString

    /// Tries to bind `port`.
    ///
    /// The policy is looked at first, so that the helper is not asked in vain, which it would write to the system log.
    /// - Parameters:
    ///   - address: the address; `::` stands for a socket that takes IPv4 as well. Nil for whatever a server may choose
    ///     to be reached at all addresses: `0.0.0.0` and, if the machine has IPv6, `::`.
    ///   - scope: the number of the interface, of an address that is valid on one alone; 0 for none.
    ///   - names: turns the names in rules into numbers.
    package init(
        _ port: Port,
        _ transport: TransportProtocol,
        on address: IPAddress?,
        scope: UInt32 = 0,
        names: some NameResolver = SystemNames()
    ) throws(BindPermission.LookupError) {
        let (first, second) = BindTrial.addresses(for: address, transport)
        let answer = try Self.answer(transport, SocketAddress(first, port, scope: scope), names)
        guard answer.canBind, let second else {
            self = answer
            return
        }
        let other = try Self.answer(transport, SocketAddress(second, port), names)
        self = other.canBind ? answer : BindAnswer(canBind: false, reason: "on \(second), \(other.reason)")
    }

    private init(canBind: Bool, reason: ByteString) {
        self.canBind = canBind
        self.reason = reason
    }

    private static func answer(
        _ transport: TransportProtocol,
        _ target: SocketAddress,
        _ names: some NameResolver
    ) throws(BindPermission.LookupError) -> BindAnswer {
        let isDualStack = target.address == .v6(.any)
        let own = BindTrial(transport, target, isDualStack: isDualStack, helper: nil)
        guard let error = own.error else {
            return BindAnswer(canBind: true, reason: "the kernel allows it to this process")
        }
        guard error == .permissionDenied else {
            return BindAnswer(canBind: false, reason: "bind fails: \(error.sentence)")
        }
        let permission = try BindPermission(ofThisProcessFor: target.port, transport, on: target.address, names: names)
        let helper = Installation.path(of: "lowport-helper")
        let nothing: ByteString = "\(PolicySource.noneOfAll) allows it"
        let because: ByteString
        switch permission {
        case .refused: return BindAnswer(canBind: false, reason: nothing)
        case .granted(let reason): because = reason
        case .unknown(let path): because = path
        }
        switch BindTrial(transport, target, isDualStack: isDualStack, helper: helper).helped {
        case .bound: return BindAnswer(canBind: true, reason: because)
        case .refused:
            if case .granted = permission {
                return BindAnswer(canBind: false, reason: "\(because) allows it, but the helper refuses it")
            }
            return BindAnswer(canBind: false, reason: nothing)
        case .failed(let error):
            return BindAnswer(canBind: false, reason: "it is allowed, but the bind fails: \(error.sentence)")
        case .missing, .untried:
            let obstacle = helper == nil ? HelperObstacle.missing : helper.flatMap { HelperObstacle(toStarting: $0) }
            return BindAnswer(canBind: false, reason: obstacle?.sentence ?? "the helper does not answer")
        }
    }
}
