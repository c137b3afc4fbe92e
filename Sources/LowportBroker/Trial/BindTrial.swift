// SPDX-License-Identifier: Apache-2.0
internal import LowportHelperProtocol
package import LowportLinux

/// What came of really binding a socket to an address and closing it at once: by this process alone, and through the
/// helper.
///
/// The socket never listens, and for TCP it may share its port with sockets that do not listen either (`SO_REUSEADDR`).
package struct BindTrial: Hashable, Sendable {
    /// What came of the bind through the helper.
    package enum Helped: Hashable, Sendable {
        /// It was not tried, since the bind worked without the helper, or could not work with it.
        case untried
        /// The helper bound the socket.
        case bound
        /// The policy does not allow it; the error is that for the program.
        case refused(Errno)
        /// The policy allows it, and the bind of the helper failed.
        case failed(Errno)
        /// The helper did not answer.
        case missing
    }

    /// The error of the bind without the helper; nil if it worked.
    package let error: Errno?
    /// What came of the bind through the helper.
    package let helped: Helped

    /// Whether a socket could be bound in one of the two ways.
    package var works: Bool { error == nil || helped == .bound }

    /// Tries to bind a socket to `address`.
    /// - Parameters:
    ///   - isDualStack: whether a socket for `::` is to take IPv4 as well.
    ///   - path: the path of the helper; nil if it is not to be asked.
    package init(_ transport: TransportProtocol, _ address: SocketAddress, isDualStack: Bool, helper path: ByteString?)
    {
        do throws(Errno) {
            let socket = try Self.socket(transport, address, isDualStack)
            do throws(Errno) {
                try socket.bind(to: address)
                self.init(error: nil, helped: .untried)
            } catch {
                // Every other error is not about privilege, and the helper is not asked for it by the engines either.
                guard let path, error == .permissionDenied else {
                    self.init(error: error, helped: .untried)
                    return
                }
                self.init(error: error, helped: Self.help(socket.reference, address, path))
            }
        } catch { self.init(error: error, helped: .untried) }
    }

    private init(error: Errno?, helped: Helped) {
        self.error = error
        self.helped = helped
    }

    private static func socket(
        _ transport: TransportProtocol,
        _ address: SocketAddress,
        _ isDualStack: Bool
    ) throws(Errno) -> FileDescriptor {
        let isIPv4 = if case .v4 = address.address { true } else { false }
        let socket = try FileDescriptor.socket(isIPv4 ? .v4 : .v6, transport)
        // Where options cannot be set, programs bind without them.
        if transport.listens { try? socket.setReuseAddress(true) }
        if !isIPv4, !address.address.isMapped { try? socket.setIPv6Only(!isDualStack) }
        return socket
    }

    private static func help(_ socket: InheritedDescriptor, _ address: SocketAddress, _ path: ByteString) -> Helped {
        var helper = HelperConnection(path: path)
        defer { helper.stop() }
        guard let reply = try? helper.bind(socket, to: address, thread: 0) else { return .missing }
        return switch reply {
        case .bound: .bound
        case .refused(let error): .refused(error)
        case .failed(let error): .failed(error)
        }
    }

    /// The addresses for which a bind has to work: the one that was asked about or, if that is nil, those that a server
    /// may choose to be reached at all addresses: `0.0.0.0` and `::`, as far as the machine has them.
    package static func addresses(
        for asked: IPAddress?,
        _ transport: TransportProtocol
    ) -> (first: IPAddress, second: IPAddress?) {
        if let asked { return (asked, nil) }
        guard isThere(.v6, transport) else { return (.v4(.any), nil) }
        return isThere(.v4, transport) ? (.v4(.any), .v6(.any)) : (.v6(.any), nil)
    }

    /// Whether sockets of that kind can be had for all addresses of a family: the error of binding one to a port that the
    /// kernel chooses is not that the machine, or a filter, has no such addresses.
    private static func isThere(_ family: InternetFamily, _ transport: TransportProtocol) -> Bool {
        let any: IPAddress = family == .v4 ? .v4(.any) : .v6(.any)
        let address = SocketAddress(any, Port(rawValue: 0))
        let error = BindTrial(transport, address, isDualStack: family == .v6, helper: nil).error
        return error != .addressFamilyNotSupported && error != .addressNotAvailable
    }

    // MARK: - As text

    /// The two outcomes as a line: the number of the error, 0 for none, and a word with the number of an error.
    package var byteString: ByteString {
        let helped: ByteString =
            switch helped {
            case .untried: "untried 0"
            case .bound: "bound 0"
            case .refused(let error): "refused \(error.rawValue)"
            case .failed(let error): "failed \(error.rawValue)"
            case .missing: "missing 0"
            }
        return "\(error?.rawValue ?? 0) \(helped)"
    }

    /// Parses a line that `byteString` gives; nil for any other.
    package init?(_ line: ByteString) {
        let words = line.split(on: UInt8(ascii: " "))
        guard words.count == 3, let own = Self.error(words[0]), let other = Self.error(words[2]) else { return nil }
        let helped: Helped
        switch words[1] {
        case "untried": helped = .untried
        case "bound": helped = .bound
        case "refused": helped = .refused(other)
        case "failed": helped = .failed(other)
        case "missing": helped = .missing
        default: return nil
        }
        self.init(error: own.rawValue == 0 ? nil : own, helped: helped)
    }

    private static func error(_ word: ByteString) -> Errno? {
        Digits.canonicalNumber(word, upTo: 4095).map { Errno(rawValue: Int32($0)) }
    }
}
