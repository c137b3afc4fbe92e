// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A reset of one end becomes a reset of the other, if both are connections: an end would say that nothing is missing.
extension Relay {
    /// Whether the peer has reset the connection, or takes nothing more.
    var hasPeerFailed: Bool { receiving.sourceError == .connectionReset || sending.sinkGone }

    /// The end that gets a reset, since the other one has reset the connection; nil if none has.
    private var endToReset: Stream? {
        if !rules.passesResets { return nil }
        if hasPeerFailed { return receiving.sink }
        return sending.sourceError == .connectionReset || receiving.sinkGone ? sending.sink : nil
    }

    /// Whether one end has reset the connection, so that the other one is not told of an end.
    var passesReset: Bool { endToReset != nil }

    /// Whether all that came before the reset was moved.
    var isBeforeReset: Bool { (hasPeerFailed ? receiving : sending).isFinished }

    /// Resets the other end, after what was sent before; an end that takes nothing has 30 seconds.
    func passResetOn() {
        guard let end = endToReset?.descriptor else { return }
        let deadline = Instant.now + .seconds(30)
        while end.hasPeer, let count = try? end.unsentBytes(), count > 0, Instant.now < deadline {
            pause(for: Milliseconds(rawValue: 20))
        }
        try? end.resetOnClose()
    }
}

extension InheritedDescriptor {
    /// Whether the socket is connected, though one direction or both may have ended.
    var hasPeer: Bool { (try? peerAddress()) != nil }
}
