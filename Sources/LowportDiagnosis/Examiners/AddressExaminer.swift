// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Whether the machine has the address.
struct AddressExaminer: Examiner {
    static let role = Role.circumstance

    /// Why the address cannot be bound at any port; nil if it can.
    var error: Errno?
    /// Whether the reason is that IPv6 is disabled (`disable_ipv6`, Documentation/networking/ip-sysctl of the kernel).
    var isIPv6Disabled = false
    /// The interface that has the address; nil if there is none, or if it is not known.
    var interface: ByteString?

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        // A sandbox prevents every bind, so that nothing is known about the address.
        guard let error, context.sandboxError == nil else { return [] }
        let address = context.request.address
        switch error {
        case _ where isIPv6Disabled:
            return [blocking("IPv6 is switched off on this machine (net.ipv6.conf.all.disable_ipv6)")]
        case .addressNotAvailable: return [blocking("\(address) is not an address of this machine")]
        case .addressFamilyNotSupported where context.process.credentials.hasSeccompFilter:
            let text: ByteString = "a filter of system calls refuses sockets of \(context.request.familyName)"
            return [Finding(.seccomp, .blocks, text)]
        case .addressFamilyNotSupported: return [blocking("this machine has no \(context.request.familyName)")]
        case .permissionDenied: return [.landlockRefusesBind(context)]
        // Before they can come from the address, these errors come from what restricts the process.
        case .noSystemCall, .notPermitted: return [restriction(error, context)]
        case .invalidArgument:
            // Link-local addresses need an interface, which only the program knows.
            if let interface {
                let text: ByteString = "\(address) can be bound with the number of \(interface), its interface, alone"
                return [Finding(.address, .informs, text)]
            }
            if address.isOfHost { return [blocking("\(address) is not an address of this machine")] }
            return [Finding(.address, .informs, "\(address) can be bound with the number of an interface alone")]
        default: return [blocking("\(address) cannot be bound at any port: \(error.sentence)")]
        }
    }

    private func restriction(_ error: Errno, _ context: BindContext) -> Finding {
        if context.process.credentials.hasSeccompFilter {
            return Finding(.seccomp, .blocks, "a filter of system calls refuses bind: \(error.sentence)")
        }
        let binds: ByteString = "every bind to \(context.request.address)"
        return Finding(.controlGroup, .blocks, "a program in the kernel, of the control group, refuses \(binds)")
    }

    private func blocking(_ text: ByteString) -> Finding { Finding(.address, .blocks, text) }

    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] {
        guard findings.isBlocked(by: .address), error == .addressNotAvailable else { return [] }
        if isIPv6Disabled {
            return [Remedy(.unblock, "sudo sysctl net.ipv6.conf.all.disable_ipv6=0", "switches IPv6 on")]
        }
        let address = context.request.address.unmapped
        let (length, family): (ByteString, ByteString) =
            if case .v4 = address { ("32", "ipv4") } else { ("128", "ipv6") }
        return [
            Remedy(
                .unblock,
                ShellCommand(["sudo", "ip", "address", "add", "\(address)/\(length)", "dev", "lo"]),
                "gives the address to this machine, until it starts again; \"ip address\" lists those that it has"
            ),
            Remedy(
                .unblock,
                ShellCommand(["sudo", "sysctl", "net.\(family).ip_nonlocal_bind=1"]),
                "lets every program bind addresses that come to the machine later, or never"
            ),
        ]
    }
}

extension AddressExaminer {
    init(lookingAt context: BindContext) {
        let address = context.request.address
        let seen = context.inItsNetwork {
            (Self.error(in: context.request), kernelText(of: "/proc/sys/net/ipv6/conf/all/disable_ipv6") == "1")
        }
        if case .v6(let own) = address, own.needsInterface {
            interface = context.inItsNetwork { Self.interface(of: own) } ?? nil
        }
        guard let (error, isDisabled) = seen else { return }
        self.error = error
        if case .v6 = address.unmapped { isIPv6Disabled = isDisabled }
    }

    /// The error of binding the address at a port that the kernel chooses; nil if the bind works.
    private static func error(in request: BindRequest) -> Errno? {
        let family: InternetFamily = if case .v4 = request.address { .v4 } else { .v6 }
        do throws(Errno) {
            let socket = try FileDescriptor.socket(family, request.transport)
            try socket.bind(to: SocketAddress(request.address, Port(rawValue: 0)))
            return nil
        } catch {
            // Landlock may forbid port 0 and allow the one that is asked about: a low one was probed before.
            guard error == .permissionDenied else { return error }
            let isLow = UInt32(request.port.rawValue) < PortThreshold.currentOrStandard
            return isLow ? nil : SandboxProbe.error(of: request, at: request.address)
        }
    }

    /// The name of the interface that has `address`, from /proc/net/if_inet6; nil if none has it.
    private static func interface(of address: IPv6Address) -> ByteString? {
        let digits: ByteString = "0123456789abcdef"
        let number = ByteString(address.networkBytes.flatMap { [$0 >> 4, $0 & 15] }.map { digits.bytes[Int($0)] })
        let text = try? FileDescriptor.open("/proc/thread-self/net/if_inet6", .readOnly).readToEnd(limit: 1 << 20)
        // The address, the number of the interface, the length of the prefix, the scope, flags, the name.
        let lines = ByteString(text ?? []).split(on: 0x0A).map { $0.split(on: 0x20).filter { !$0.isEmpty } }
        return lines.first { $0.count == 6 && $0[0] == number }?[5]
    }
}

extension IPAddress {
    /// Whether it is that of one host, and not of a group of them.
    fileprivate var isOfHost: Bool { if case .v6(let address) = self { address.high >> 56 != 0xFF } else { true } }
}
