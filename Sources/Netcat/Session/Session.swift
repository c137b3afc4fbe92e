// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// One conversation between the standard descriptors and a peer.
struct Session {
    private let options: Options
    private let endsWithPeer: Bool

    /// Creates a session.
    /// - Parameter endsWithPeer: whether it is over when the peer has nothing more to say, as for a listener.
    init(_ options: Options, endsWithPeer: Bool = false) {
        self.options = options
        self.endsWithPeer = endsWithPeer
    }

    /// Relays until the end.
    /// - Parameter input: where what is sent comes from.
    func relay(
        _ socket: InheritedDescriptor,
        input: InheritedDescriptor = .standardInput
    ) {
        try? socket.setNonBlocking(true)
        let peer = Stream(socket)
        let interval = options.content.interval
        let sending = Channel(from: Stream(input), to: peer, filters: sendFilters, lineInterval: interval)
        let receiving = Channel(from: peer, to: Stream(.standardOutput), lineInterval: interval)
        let rules = RelayRules(
            ending: options.ending,
            idleLimit: options.endpoint.timeout,
            endsWithPeer: endsWithPeer
        )
        Relay(sending: sending, receiving: receiving, rules: rules).run()
    }

    private var sendFilters: [ByteFilter] {
        var filters: [ByteFilter] = []
        if options.content.sendsCarriageReturns { filters.append(CarriageReturnFilter()) }
        return filters
    }
}
