// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// The question of `lowport explain`: which requester binds what.
public struct BindQuestion: Sendable {
    /// The requester of the bind.
    @nonexhaustive
    public enum Requester: Sendable {
        /// The calling user.
        case caller
        /// Another user, by name or number, as after logging in.
        case user(ByteString)
        /// A running process.
        case process(Int32)
        /// The program of a service of systemd, by the name of its unit, as its files start it.
        case unit(ByteString)
    }

    /// Why the question cannot be answered.
    @nonexhaustive
    public enum ResolutionError: Error, Sendable {
        /// There is no such user.
        case noSuchUser(ByteString)
        /// /proc is not mounted, or does not show the process that asks.
        case noProc
        /// There is no such process, or it may not be examined.
        case process(Int32, Errno)
        /// There is no such program, or it may not be read.
        case program(ByteString, Errno)
        /// There is no such service of systemd.
        case noSuchUnit(ByteString)
        /// The service cannot be started as its files are; a sentence with the file, and the line if it is one.
        case invalidUnit(ByteString)
        /// A file or directory of the service cannot be read; a sentence with its path, and the error.
        case unreadableUnit(ByteString, Errno)
    }

    /// The requester of the bind.
    public var requester: Requester
    /// The program, if one was named.
    public var program: ByteString?
    /// The arguments of the program, for the commands that start it.
    public var arguments: [ByteString]
    /// The protocol.
    public var transport: TransportProtocol
    /// The address; nil for whatever a server may choose to be reached at all addresses: `0.0.0.0` and `::`.
    public var address: IPAddress?
    /// Whether an IPv6 wildcard address accepts IPv4 as well.
    public var isDualStack: Bool
    /// The port.
    public var port: Port
    /// Whether the caller is this process, which asks the helper itself. Then nothing is started or bound to answer.
    package var isOwn = false

    /// Creates a question.
    package init(
        _ requester: Requester,
        program: ByteString? = nil,
        arguments: [ByteString] = [],
        transport: TransportProtocol,
        address: IPAddress?,
        isDualStack: Bool,
        port: Port
    ) {
        self.requester = requester
        self.program = program
        self.arguments = arguments
        self.transport = transport
        self.address = address
        self.isDualStack = isDualStack
        self.port = port
    }
}
