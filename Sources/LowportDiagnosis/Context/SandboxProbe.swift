// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Determines whether a sandbox around this process prevents a bind, whatever else allows it.
enum SandboxProbe {
    /// The error of every bind of the port, which comes before checks of addresses and privileges; nil if there is
    /// none.
    ///
    /// Tries to bind an address that no machine has: nothing is bound, and the error of Landlock or a filter comes
    /// first.
    static func error(of request: BindRequest) -> Errno? {
        let threshold = (try? PortThreshold.current) ?? PortThreshold.standard
        guard threshold > UInt32(request.port.rawValue) else { return nil }
        let reserved = IPAddress.v4(IPv4Address(rawValue: 0xF000_0001))
        // Where no interface is up, the kernel takes every IPv4 address for that of a broadcast, which can be bound.
        if kernelText(of: "/proc/sys/net/ipv4/ip_nonlocal_bind") == "0", !canBind(reserved),
            let error = error(of: request, at: reserved)
        {
            return error
        }
        // For IPv6, the kernel checks the privilege before the address, so that EACCES is inconclusive.
        guard case .v6 = request.address, kernelText(of: "/proc/sys/net/ipv6/ip_nonlocal_bind") == "0",
            let nowhere = IPAddress("100::1"), error(of: request, at: nowhere) == .notPermitted
        else { return nil }
        return .notPermitted
    }

    /// Whether a socket can have `address`, with a port for which no privilege is needed.
    private static func canBind(_ address: IPAddress) -> Bool {
        do throws(Errno) {
            try FileDescriptor.socket(.v4, .udp).bind(to: SocketAddress(address, Port(rawValue: 0)))
            return true
        } catch { return false }
    }

    /// The error of a bind of the port at `address`, if a sandbox may cause it; nil for other errors, and if the bind
    /// works.
    static func error(of request: BindRequest, at address: IPAddress) -> Errno? {
        let family: InternetFamily = if case .v4 = address { .v4 } else { .v6 }
        do throws(Errno) {
            let socket = try FileDescriptor.socket(family, request.transport)
            try socket.bind(to: SocketAddress(address, request.port))
            return nil
        } catch { return error == .permissionDenied || error == .notPermitted ? error : nil }
    }

    /// The remedy against a sandbox.
    static func escape(_ context: BindContext) -> Remedy {
        Remedy(
            .deliver,
            context.run(),
            elsewhere: "outside of this sandbox, which nothing can lift from a process that is in it"
        )
    }
}

/// The content of a file of the kernel, without the newline; empty if there is none.
func kernelText(of path: ByteString) -> String {
    let bytes = (try? FileDescriptor.open(path, .readOnly).readToEnd(limit: 64)) ?? []
    return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
}
