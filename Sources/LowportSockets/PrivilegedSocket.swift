// SPDX-License-Identifier: Apache-2.0
internal import LowportHelperProtocol
internal import LowportLaunch
internal import LowportLinux

/// A bound socket at exactly the address that was asked for, which may be a low port; for TCP it listens.
///
///     let socket = try PrivilegedSocket.listen(on: "0.0.0.0:80")
///
/// The value owns the descriptor and closes it, until ``release()`` gives it to somebody else.
public struct PrivilegedSocket: ~Copyable, Sendable {
    /// Who bound a socket.
    @nonexhaustive
    public enum Origin: Hashable, Sendable {
        /// The process that started this one, which passed it on.
        case inherited
        /// This process, which the kernel let bind it.
        case native
        /// The helper of Lowport, which the policy of the machine let bind it.
        case helper
    }

    private let descriptor: FileDescriptor

    /// The address that the socket is bound to, as the kernel says it.
    public let address: ListenAddress

    /// Who bound the socket.
    public let origin: Origin

    /// The number of the descriptor, which stays owned by this value. Other programs that are started do not get it
    /// (`FD_CLOEXEC`), and it is none of the standard descriptors 0-2.
    public var rawValue: CInt { descriptor.rawValue }

    /// Gives up the ownership of the descriptor without closing it.
    ///
    /// - Returns: the number of the descriptor, which the caller has to close.
    public consuming func release() -> CInt { descriptor.release() }

    init(_ descriptor: consuming FileDescriptor, _ address: ListenAddress, _ origin: Origin) {
        self.descriptor = descriptor
        self.address = address
        self.origin = origin
    }

    /// Makes a socket at the address in `text`. See ``listen(on:options:)-(ListenAddress,_)``.
    ///
    /// - Parameters:
    ///   - text: the address, as ``ListenAddress`` describes it: `0.0.0.0:80`, `tcp:[::]:443`, `udp:53`, `:80`.
    ///   - options: how the socket is made.
    public static func listen(
        on text: String,
        options: Options = Options()
    ) throws(PrivilegedSocketError) -> PrivilegedSocket {
        try listen(on: ListenAddress(text), options: options)
    }

    /// Makes a socket at `address`, and listens if the protocol is TCP.
    ///
    /// The first of these that has the socket is taken:
    ///
    /// 1. A socket that the process that started this one passes on, as systemd does, and that has exactly this address.
    /// 2. A socket that this process binds: high ports, and low ports if the kernel lets it.
    /// 3. If the kernel does not (`EACCES`, `EPERM`), a socket that the helper of Lowport binds, which asks the policy of
    ///    the machine.
    ///
    /// An address for both families is that of one socket for `::` that takes IPv4 too; where there is no IPv6, it is
    /// 0.0.0.0, unless `ipv6Only` is asked for. May be called from every thread, which waits for the helper for a few
    /// milliseconds; no signal, handler or child of this process notices it.
    ///
    /// - Parameters:
    ///   - address: the protocol, the address and the port.
    ///   - options: how the socket is made. For a socket that is passed on, only the backlog and `ipv6Only` matter.
    /// - Throws: A ``PrivilegedSocketError``, which says why, and what would make it work.
    public static func listen(
        on address: ListenAddress,
        options: Options = Options()
    ) throws(PrivilegedSocketError) -> PrivilegedSocket {
        if let inherited = try inherited(at: address, options) { return inherited }
        do throws(Attempt.Failure) { return try Attempt(address, options).socket() } catch {
            guard error.isForLackOfFamily, !options.ipv6Only, let second = address.withoutIPv6 else {
                throw error.explained(address, options)
            }
            return try listen(on: second, options: options)
        }
    }

    /// The socket that the parent process passes on at `address`, if there is one.
    private static func inherited(
        at address: ListenAddress,
        _ options: Options
    ) throws(PrivilegedSocketError) -> PrivilegedSocket? {
        guard let socket = try InheritedSockets.take(at: address, options) else { return nil }
        guard let actual = socket.address else { return nil }
        let descriptor = FileDescriptor(owning: socket.release())
        do throws(Errno) {
            if actual.transport.value.listens { try descriptor.listen(backlog: options.backlog) }
        } catch { throw Attempt.Failure.system(error).explained(address, options) }
        return PrivilegedSocket(descriptor, actual, .inherited)
    }
}
