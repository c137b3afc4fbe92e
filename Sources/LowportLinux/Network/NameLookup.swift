// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The error of a name lookup: a value of getaddrinfo(3).
package struct LookupError: Error, Hashable, Sendable {
    private let code: Int32
    private let system: Errno

    init(code: Int32) {
        self.code = code
        system = Errno(rawValue: clinux_errno())
    }

    /// The C library's text for the error, as gai_strerror(3) gives it: "Name or service not known".
    package var message: ByteString {
        code == EAI_SYSTEM ? system.message : unsafe ByteString(cString: gai_strerror(code))
    }
}

/// Lookups of host and service names (getaddrinfo(3), getnameinfo(3), services(5)).
package enum NameLookup {
    /// The addresses of `host`, in the order to try them.
    /// - Parameters:
    ///   - host: a name or an address; nil means every address of this machine.
    ///   - service: a port number or service name.
    ///   - family: the wanted family; nil for both.
    ///   - transport: the protocol of `service`.
    ///   - numeric: whether `host` must be an address, so that no server is queried.
    package static func addresses(
        of host: ByteString?,
        service: ByteString,
        family: InternetFamily? = nil,
        transport: TransportProtocol = .tcp,
        numeric: Bool = false
    ) throws(LookupError) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = family?.rawValue ?? AF_UNSPEC
        unsafe hints.ai_socktype = transport.socketType
        unsafe hints.ai_flags = (numeric ? AI_NUMERICHOST : 0) | (host == nil ? AI_PASSIVE : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe service.withCString { service in
            if let host { return unsafe host.withCString { unsafe getaddrinfo($0, service, &hints, &list) } }
            return unsafe getaddrinfo(nil, service, &hints, &list)
        }
        guard status == 0 else { throw LookupError(code: status) }
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = unsafe list
        while let current = unsafe entry {
            if let address = unsafe SocketAddress(current.pointee) { found.append(address) }
            unsafe entry = current.pointee.ai_next
        }
        return found
    }

    /// The name of the host with the address `address`; nil if it has none or no server answers.
    ///
    /// The corresponding C function is getnameinfo(3).
    package static func name(of address: SocketAddress) -> ByteString? {
        var text = [CChar](repeating: 0, count: 1025)
        let status = unsafe address.withSockaddr { sockaddr, length in
            unsafe text.withUnsafeMutableBufferPointer {
                unsafe getnameinfo(sockaddr, length, $0.baseAddress, socklen_t($0.count), nil, 0, NI_NAMEREQD)
            }
        }
        guard status == 0 else { return nil }
        return ByteString(terminated: text)
    }

    /// The port of the service `name`; nil if services(5) has none.
    ///
    /// The corresponding C function is getservbyname(3).
    package static func port(of name: ByteString, _ transport: TransportProtocol) -> Port? {
        let entry = unsafe name.withCString { name in
            unsafe transport.name.withCString { unsafe getservbyname(name, $0) }
        }
        guard let entry = unsafe entry else { return nil }
        return unsafe Port(networkOrder: UInt16(truncatingIfNeeded: entry.pointee.s_port))
    }

    /// The name of the service at `port`; nil if services(5) has none.
    ///
    /// The corresponding C function is getservbyport(3).
    package static func service(at port: Port, _ transport: TransportProtocol) -> ByteString? {
        let entry = unsafe transport.name.withCString { unsafe getservbyport(Int32(port.networkOrder), $0) }
        guard let entry = unsafe entry else { return nil }
        return unsafe ByteString(cString: entry.pointee.s_name)
    }
}

extension SocketAddress {
    fileprivate init?(_ entry: addrinfo) {
        guard let address = unsafe entry.ai_addr else { return nil }
        var storage = sockaddr_storage()
        unsafe withUnsafeMutableBytes(of: &storage) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen)))
        }
        self.init(storage)
    }
}
