// SPDX-License-Identifier: Apache-2.0
internal import LowportHelperProtocol
internal import LowportLaunch
internal import LowportLinux

/// One attempt to make a socket at an address, by this process or else by the helper.
struct Attempt {
    /// Why there is no socket.
    enum Failure: Error {
        /// A system call failed.
        case system(Errno)
        /// Neither the kernel nor the helper binds it.
        case refused(HelperAnswer)

        /// Whether the machine has no addresses of that family.
        var isForLackOfFamily: Bool {
            guard case .system(let error) = self else { return false }
            return error == .addressFamilyNotSupported || error == .addressNotAvailable
        }
    }

    /// What the helper said that did not bind a socket.
    enum HelperAnswer {
        /// It is not installed.
        case missing
        /// It could not be started, or how it ended is not known.
        case notStarted(Errno)
        /// It ended with this error.
        case error(Errno)
        /// It was killed by a signal, or ended as no helper does.
        case abnormal
        /// It reported success, and the socket is not bound to the address.
        case untrue
    }

    private let address: ListenAddress
    private let options: PrivilegedSocket.Options

    init(_ address: ListenAddress, _ options: PrivilegedSocket.Options) {
        self.address = address
        self.options = options
    }

    /// Whether this process can have sockets of IPv6.
    static var hasIPv6: Bool {
        do throws(Errno) {
            _ = try FileDescriptor.socket(.v6, .udp)
            return true
        } catch { return error != .addressFamilyNotSupported }
    }

    /// Makes the socket.
    func socket() throws(Failure) -> PrivilegedSocket {
        let descriptor: FileDescriptor
        do throws(Errno) { descriptor = try unbound() } catch { throw .system(error) }
        let origin = try bind(descriptor)
        // Where nothing is bound, listen(2) would have the kernel choose a port.
        guard let place = bound(descriptor) else { throw .refused(.untrue) }
        do throws(Errno) {
            if address.transport.value.listens { try descriptor.listen(backlog: options.backlog) }
        } catch { throw .system(error) }
        return PrivilegedSocket(descriptor, ListenAddress(address.transport, place), origin)
    }

    /// A socket with the options, none of the descriptors 0-2.
    private func unbound() throws(Errno) -> FileDescriptor {
        let family = address.place.address.family
        let socket = try FileDescriptor.socket(family, address.transport.value).aboveStandardOnes()
        if options.reuseAddress ?? address.transport.value.listens { try socket.setReuseAddress(true) }
        if options.reusePort { try socket.setReusePort(true) }
        if family == .v6, address.place.address.isWildcard { try socket.setIPv6Only(options.ipv6Only) }
        return socket
    }

    private func bind(_ descriptor: borrowing FileDescriptor) throws(Failure) -> PrivilegedSocket.Origin {
        do throws(Errno) {
            try descriptor.bind(to: address.place)
            return .native
        } catch {
            guard error == .permissionDenied || error == .notPermitted else { throw .system(error) }
        }
        try help(descriptor)
        return .helper
    }

    /// Has the helper bind the socket.
    private func help(_ descriptor: borrowing FileDescriptor) throws(Failure) {
        guard let helper = Installation.standardPath(of: "lowport-helper") else { throw .refused(.missing) }
        let arguments = ["lowport-helper"] + HelperArguments.arguments(for: address.place)
        let end: ProcessChange
        do throws(Errno) { end = try descriptor.runProgram(at: helper, arguments: arguments) } catch {
            throw .refused(.notStarted(error))
        }
        guard case .exited(let status) = end, status < 127 else { throw .refused(.abnormal) }
        if status == 0 { return }
        let error = Errno(rawValue: status)
        // The policy allows it, and the kernel does not do it.
        let isOfBind = [.addressInUse, .addressNotAvailable, .invalidArgument, .addressFamilyNotSupported]
            .contains(error)
        throw isOfBind ? .system(error) : .refused(.error(error))
    }

    /// The address that the socket is bound to, if that is what was asked for.
    private func bound(_ descriptor: borrowing FileDescriptor) -> SocketAddress? {
        guard let place = try? descriptor.localAddress(), place.address == address.place.address,
            place.scope == address.place.scope, place.port.rawValue != 0,
            place.port == address.place.port || address.place.port.rawValue == 0
        else { return nil }
        return place
    }
}
