// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import TestSupport

/// The names of the random rules, and nobody else's.
struct RandomNames: NameResolver {
    func user(named name: ByteString) -> UserID? {
        switch name {
        case "web": UserID(rawValue: 1)
        case "dev": UserID(rawValue: 2)
        default: nil
        }
    }

    func group(named name: ByteString) -> GroupID? { name == "dns" ? GroupID(rawValue: 10) : nil }

    /// `/link` is another name of `/server`.
    func program(at path: ByteString) -> FileIdentity? {
        switch path {
        case "/server", "/link": FileIdentity(device: 1, inode: 1)
        case "/bin/other": FileIdentity(device: 1, inode: 2)
        default: nil
        }
    }
}

/// Few users, ports and addresses, so that random rules and random requests meet.
extension Rule {
    static func random(_ random: inout SplitMix) -> Rule {
        let principals: [Principal] = [
            .everyone, .user("web"), .user("dev"), .user("nobody-has-this"), .group("dns"), .group("ghosts"),
            .userID(UserID(rawValue: 1)), .groupID(GroupID(rawValue: 11)),
        ]
        let transports: [TransportSet] = [.tcp, .udp, [.tcp, .udp], .any]
        var principal = principals.randomElement(using: &random) ?? .everyone
        if Int.random(in: 0..<3, using: &random) == 0 {
            let programs: [ByteString] = ["/server", "/link", "/bin/other", "/nowhere"]
            principal = .program(programs.randomElement(using: &random) ?? "/server", of: principal)
        }
        var rule = Rule(
            principal,
            transports.randomElement(using: &random) ?? .any,
            (0..<Int.random(in: 1...3, using: &random)).map { _ in PortRange.random(&random) }
        )
        if Bool.random(using: &random) {
            rule.prefixes = (0..<Int.random(in: 1...2, using: &random)).map { _ in AddressPrefix.random(&random) }
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            rule.until = Timestamp(rawValue: Int64.random(in: 90...110, using: &random))
        }
        return rule
    }
}

extension PortRange {
    static func random(_ random: inout SplitMix) -> PortRange {
        let lower = UInt16.random(in: 1...12, using: &random)
        let upper = UInt16.random(in: lower...12, using: &random)
        return PortRange(Port(rawValue: lower), Port(rawValue: upper)) ?? PortRange(Port(rawValue: lower))
    }
}

extension AddressPrefix {
    static let samples: [AddressPrefix] = {
        let texts: [(ByteString, Int)] = [
            ("0.0.0.0", 0), ("::", 0), ("127.0.0.0", 8), ("127.0.0.1", 32), ("192.0.2.0", 24), ("0.0.0.0", 8),
            ("::1", 128), ("2001:db8::", 32), ("2001:db8:1::", 65), ("::", 64),
        ]
        return texts.compactMap { text, length in IPAddress(text).flatMap { AddressPrefix($0, length: length) } }
    }()

    static func random(_ random: inout SplitMix) -> AddressPrefix {
        samples[Int.random(in: 0..<samples.count, using: &random)]
    }
}

extension BindRequest {
    static func random(_ random: inout SplitMix) -> BindRequest {
        let addresses: [ByteString] = [
            "0.0.0.0", "127.0.0.1", "127.1.2.3", "192.0.2.7", "198.51.100.1", "::", "::1", "2001:db8::5",
            "2001:db8:1:0:8000::", "fe80::1", "::ffff:127.0.0.1", "::ffff:0.0.0.0",
        ]
        let address = addresses.randomElement(using: &random).flatMap { IPAddress($0) } ?? .v4(.any)
        let transports: [TransportProtocol] = [.tcp, .udp, .other]
        return BindRequest(
            user: UserID(rawValue: UInt32.random(in: 0...3, using: &random)),
            groups: (9...11).filter { _ in Bool.random(using: &random) }.map { GroupID(rawValue: $0) },
            transport: transports.randomElement(using: &random) ?? .tcp,
            address: address,
            port: Port(rawValue: UInt16.random(in: 1...13, using: &random)),
            isDualStack: address == .v6(.any) && Bool.random(using: &random),
            program: [nil, FileIdentity(device: 1, inode: 1), FileIdentity(device: 1, inode: 2)]
                .randomElement(using: &random) ?? nil
        )
    }
}
