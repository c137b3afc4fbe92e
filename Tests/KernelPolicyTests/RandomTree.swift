// SPDX-License-Identifier: Apache-2.0
import LowportLinux

@testable import LowportPolicy
@testable import LowportPolicyInventory

/// An authbind tree in memory, as one process meets it.
struct MetTree: AuthbindTree {
    let tree: AuthbindSnapshot
    let user: UserID
    let groups: [GroupID]

    func refusal(toExecute path: ByteString) -> Errno? {
        let parts = path.split(on: UInt8(ascii: "/"))
        switch parts[0] == "byport" ? tree.byport : tree.byaddr {
        case .absent: return .noSuchFile
        case .closed: return .permissionDenied
        case .open(let entries):
            guard let entry = entries[parts[1]] else { return .noSuchFile }
            return mayExecute(entry) ? nil : .permissionDenied
        }
    }

    func content(of path: ByteString) throws(Errno) -> [UInt8] {
        guard let content = tree.byuid[path.split(on: UInt8(ascii: "/"))[1]] else { throw .noSuchFile }
        return content
    }

    /// As path_resolution(7) has it: the first class that fits decides, but for root any bit does.
    private func mayExecute(_ entry: AuthbindSnapshot.Entry) -> Bool {
        let bits = entry.mode.rawValue
        if user == .root { return bits & 0o111 != 0 }
        if user == entry.owner { return bits & 0o100 != 0 }
        if groups.contains(entry.group) { return bits & 0o010 != 0 }
        return bits & 0o001 != 0
    }
}

/// Trees of few ports and addresses, in which files often stand in front of others.
enum RandomTree {
    static func tree(_ random: inout some RandomNumberGenerator) -> AuthbindSnapshot {
        var tree = AuthbindSnapshot()
        if Int.random(in: 0..<4, using: &random) > 0 {
            var entries: [ByteString: AuthbindSnapshot.Entry] = [:]
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                entries["\(Int.random(in: 1...10, using: &random))"] = entry(&random)
            }
            tree.byport = Int.random(in: 0..<12, using: &random) == 0 ? .closed("odd") : .open(entries)
        }
        if Int.random(in: 0..<4, using: &random) > 0 {
            let names: [ByteString] = [
                "127.0.0.1:", "127.0.0.1,", "0.0.0.0,", "0.0.0.0:", "192.0.2.7,", "::,", "::1,", "0:0:0:0:0:0:0:1,",
                "::ffff:127.0.0.1,", "0:0:0:0:0:0:0:0,", "2001:db8::5,",
            ]
            var entries: [ByteString: AuthbindSnapshot.Entry] = [:]
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let name = names.randomElement(using: &random) ?? ""
                entries["\(name)\(Int.random(in: 1...10, using: &random))"] = entry(&random)
            }
            tree.byaddr = Int.random(in: 0..<12, using: &random) == 0 ? .closed("odd") : .open(entries)
        }
        for user in 0...4 where Bool.random(using: &random) {
            let lines = (0..<Int.random(in: 1...3, using: &random)).map { _ in line(&random).description }
            tree.byuid["\(user)"] = Array(lines.joined(separator: "\n").utf8)
        }
        return tree
    }

    private static func entry(_ random: inout some RandomNumberGenerator) -> AuthbindSnapshot.Entry {
        let modes: [UInt32] = [0o755, 0o755, 0o644, 0o750, 0o700, 0o711, 0o701, 0o011, 0o010, 0o001, 0o100, 0o070]
        return AuthbindSnapshot.Entry(
            mode: FileMode(rawValue: modes.randomElement(using: &random) ?? 0),
            owner: UserID(rawValue: UInt32.random(in: 0...2, using: &random)),
            group: GroupID(rawValue: UInt32.random(in: 8...10, using: &random)),
            oddity: Int.random(in: 0..<10, using: &random) == 0 ? "odd" : nil
        )
    }

    private static func line(_ random: inout some RandomNumberGenerator) -> ByteString {
        let addresses: [ByteString] = [
            "0.0.0.0/0", "127.0.0.0/8", "127.0.0.1", "0.0.0.0", "0.0.0.0/8", "126.255.255.255-127.1.2.2",
            "192.0.2.0-192.0.2.9",
            "::/0", "::1", "::", "::-::5", "2001:db8::/32", "::ffff:0:0/96", "::ffff:127.0.0.1",
            "::fffe:0:0-::ffff:7fff:1",
            "::1-::ffff:ffff:ffff",
        ]
        let first = Int.random(in: 1...10, using: &random)
        let last = Int.random(in: first...10, using: &random)
        return "\(addresses.randomElement(using: &random) ?? ""),\(first)-\(last)"
    }
}
