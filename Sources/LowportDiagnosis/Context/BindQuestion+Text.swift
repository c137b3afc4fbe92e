// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

extension BindQuestion {
    /// Creates a question; with a port alone, it is about TCP at every address, for the user who runs this process.
    ///
    ///     let explanation = try Explanation(BindQuestion(port: 80))
    /// - Parameters:
    ///   - port: the port.
    ///   - requester: the requester of the bind.
    ///   - program: the path or name of the program that is to bind; nil for whatever program the requester has.
    ///   - arguments: the arguments of the program, for the commands that start it.
    ///   - transport: the protocol.
    ///   - address: the address; nil for `0.0.0.0` and `::`.
    ///   - isDualStack: whether a socket for `::` accepts IPv4 as well (ipv6(7), `IPV6_V6ONLY`).
    public init(
        port: Port,
        requester: Requester = .caller,
        program: String? = nil,
        arguments: [String] = [],
        transport: TransportProtocol = .tcp,
        address: IPAddress? = nil,
        isDualStack: Bool = true
    ) {
        self.init(
            requester,
            program: program.map { ByteString($0) },
            arguments: arguments.map { ByteString($0) },
            transport: transport,
            address: address,
            isDualStack: isDualStack,
            port: port
        )
    }
}

extension BindQuestion.ResolutionError: ByteStringConvertible, CustomStringConvertible {
    /// The reason as a sentence without a full stop.
    package var byteString: ByteString {
        switch self {
        case .noSuchUser(let name): "no such user: \(name)"
        case .noProc: "cannot look at this process: /proc is not mounted, or does not show it"
        case .process(let process, let error): "cannot look at process \(process): \(error.sentence)"
        case .program(let program, let error): "cannot look at \(program): \(error.sentence)"
        case .noSuchUnit(let name): "no such service of systemd: \(name)"
        case .invalidUnit(let reason), .unreadableUnit(let reason, _): reason
        }
    }

    /// The reason as a sentence without a full stop.
    public var description: String { byteString.description }
}
