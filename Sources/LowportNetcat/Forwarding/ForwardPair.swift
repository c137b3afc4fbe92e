// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Where to listen, and where to connect the clients to.
struct ForwardPair: Equatable {
    /// Where to listen.
    enum Source: Equatable {
        /// A port, or an address and a port.
        case place(ByteString)
        /// The inherited listener with this number, counted from 0.
        case inherited(Int)
    }

    /// Where to listen.
    let source: Source
    /// Where to connect to.
    let target: ByteString

    /// Creates a pair.
    init(source: Source, target: ByteString) {
        self.source = source
        self.target = target
    }

    /// Reads a pair: a place to listen at, or `fd:NUMBER` for an inherited descriptor, and a target.
    /// - Parameter inherited: how many listeners are inherited.
    init(_ source: ByteString, _ target: ByteString, _ inherited: Int) throws(UsageError) {
        self.target = target
        guard source.hasPrefix("fd:") else {
            self.source = .place(source)
            return
        }
        let first = Int(PassedDescriptors.first)
        let last = first + inherited - 1
        let text = ByteString(source.bytes.dropFirst(3))
        guard last >= first, let number = try? OptionValue.number(text, in: first...last) else {
            throw UsageError(message: "\(source): no such socket is inherited (LISTEN_FDS)")
        }
        self.source = .inherited(number - first)
    }

    /// Checks the form of both places: an error in the command line is found before anything is looked up.
    func check(_ transport: TransportProtocol) throws(UsageError) {
        if case .place(let text) = source {
            guard let place = HostAndPort(text) else {
                throw UsageError(message: "\(text): expected [ADDRESS:]PORT")
            }
            _ = try PortList.parseOne(place.port ?? place.host, transport)
        }
        _ = try ForwardTarget.parse(target, transport)
    }

    /// The source in messages and in the counters.
    var name: ByteString {
        switch source {
        case .place(let text): text
        case .inherited(let index): "fd:\(Int(PassedDescriptors.first) + index)"
        }
    }

    /// Looks up the target.
    func lookUp(_ settings: ForwardSettings, _ console: Console) throws(NetcatError) -> ForwardTarget {
        try ForwardTarget(target, settings.options.endpoint, console)
    }

    /// Looks up the target, and listens at the source.
    /// - Parameter index: the number of the route.
    func route(index: Int, _ settings: ForwardSettings, _ console: Console) throws(NetcatError) -> Route {
        let target = try lookUp(settings, console)
        let listener = try listen(settings, console)
        listener.log(settings.options, console)
        do throws(Errno) {
            return try Route(listener, name, to: target, index: index, console)
        } catch {
            throw NetcatError("cannot listen on \(name): \(error.sentence)")
        }
    }

    /// Listens at the source.
    func listen(_ settings: ForwardSettings, _ console: Console) throws(NetcatError) -> Listener {
        switch source {
        case .inherited(let index): return Listener.inherited(index)
        case .place(let text):
            var options = settings.options
            guard let place = HostAndPort(text) else { throw NetcatError("\(text): expected [ADDRESS:]PORT") }
            // A single operand is a port and not a host.
            options.operands = place.port.map { [place.host, $0] } ?? [place.host]
            if let address = IPAddress(place.host) { options.endpoint.family = address.family }
            return try Listener.open(options, console)
        }
    }
}
