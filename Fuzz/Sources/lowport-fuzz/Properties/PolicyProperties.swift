// SPDX-License-Identifier: Apache-2.0
import Glibc
import LowportLinux

@testable import LowportKernelPolicy
@testable import LowportPolicy
@testable import LowportPolicyInventory

extension Property {
    /// What says who may bind what.
    static let policy = [
        Property(name: "rules", check: checkRules),
        Property(name: "decision", check: checkDecision),
        Property(name: "byuid", check: checkByuid),
        Property(name: "policy", check: checkPolicy),
        Property(name: "kernel", check: checkKernel),
        Property(name: "accounts", check: checkAccounts),
    ]

    /// A valid line means the same when it is printed; an error lies in its line; and whoever reads for one port alone
    /// decides as whoever reads everything.
    private static func checkRules(_ bytes: [UInt8]) throws {
        let file = RulesFile(path: "rules", content: bytes)
        try require(file.isValid == file.errors.isEmpty, "valid and faulty")
        for line in file.lines {
            switch line.content {
            case .blank: break
            case .rule(let rule):
                let again = RulesFile(path: "rules", content: rule.byteString.bytes)
                try require(again.lines.map(\.content) == [.rule(rule)], "\(rule.byteString) means something else")
                try require(!rule.ports.isEmpty && !rule.transports.isEmpty, "a rule for nothing")
            case .confinement(let confinement):
                let again = RulesFile(path: "rules", content: confinement.byteString.bytes)
                try require(again.lines.map(\.content) == [.confinement(confinement)], "\(confinement.byteString)")
            case .invalid(let error):
                let isInside = error.line == line.number && (1...line.text.count + 1).contains(error.column)
                try require(isInside, "the error is at \(error.line):\(error.column)")
                let message = error.message.shown.bytes
                try require(!message.contains { $0 < 0x20 || $0 == 0x7F }, "a message with control characters")
            }
        }
        var requests = Requests(bytes, NaiveRules(bytes)?.lines ?? [])
        for _ in 0..<24 {
            let request = requests.next()
            let part = RulesFile(path: "rules", content: bytes, onlyFor: request.port)
            try require(part.isValid == file.isValid, "valid for one port alone")
            let now = Timestamp(rawValue: Int64(requests.time()))
            try require(
                RuleSet([part]).grants(for: request, now: now, names: RandomPolicy.Names())
                    == RuleSet([file]).grants(for: request, now: now, names: RandomPolicy.Names()),
                "\(request) is decided otherwise for one port alone"
            )
        }
    }

    /// A rules file decides as the manual says.
    private static func checkDecision(_ bytes: [UInt8]) throws {
        let file = RulesFile(path: "rules", content: bytes)
        let naive = NaiveRules(bytes)
        try require(file.isValid == (naive != nil), "valid is \(file.isValid)")
        var requests = Requests(bytes, naive?.lines ?? [])
        for _ in 0..<64 {
            let (request, now) = (requests.next(), requests.time())
            let decision = Decision([
                RuleSet([file])
                    .answer(to: request, now: Timestamp(rawValue: Int64(now)), names: RandomPolicy.Names())
            ])
            let allowed = naive?.allows(request, now: now) == true
            try require(decision.isAllowed == allowed, "\(request) at \(now) is allowed: \(decision.isAllowed)")
            let confined = naive?.confines(request) == true
            try require((decision.confinement != nil) == confined, "\(request) is confined: \(!confined)")
        }
    }

    /// A byuid file allows what the measured grammar allows, by the same line.
    private static func checkByuid(_ bytes: [UInt8]) throws {
        let lines = bytes.split(separator: 0x0A).compactMap { NaiveByuidLine(Array($0)) }
        var requests = Requests(bytes, [])
        for line in lines.prefix(16) {
            requests.addresses += [line.first, line.last].compactMap(Requests.address)
            requests.ports += [line.ports.lowest, line.ports.highest]
        }
        for line in ByteString(bytes).split(on: 0x0A) { _ = ByuidDiagnostic.reason(against: line.bytes[...]) }
        for _ in 0..<48 {
            let request = requests.next()
            let found = ByuidFile.line(allowing: request, in: bytes)
            let (address, port) = (NaiveRules.bytes(request.address), Int(request.port.rawValue))
            let naive = NaiveByuidLine.line(allowing: address, port, in: bytes)
            try require(found == naive, "\(request.address.byteString) \(port): line \(found ?? 0), not \(naive ?? 0)")
        }
    }

    /// Rules and a tree that the bytes choose: the decision is that of the manual, and the kernel's program has it too.
    private static func checkPolicy(_ bytes: [UInt8]) throws {
        var choices = Choices(bytes)
        let policy = RandomPolicy(&choices)
        for _ in 0..<8 { try compare(policy, RandomPolicy.request(&choices)) }
    }

    /// The same for rules that are read, without a tree.
    private static func checkKernel(_ bytes: [UInt8]) throws {
        guard bytes.count <= 512, let lines = NaiveRules(bytes)?.lines else { return }
        // Every port of every line is an entry for every prefix: some thousands of them are enough.
        let entries = lines.map { line in
            line.ports.reduce(0) { $0 + min($1.upperBound, 1023) - min($1.lowerBound, 1023) + 1 }
                * (line.prefixes?.count ?? 1)
        }
        guard entries.reduce(0, +) <= 2500, let policy = try? RandomPolicy(ByteString(bytes)) else { return }
        var requests = Requests(bytes, lines)
        var choices = Choices(mixing: bytes)
        for _ in 0..<24 {
            let wanted = requests.next()
            // Of somebody whose supplementary groups are those that the machine knows.
            var request = RandomPolicy.request(&choices)
            (request.address, request.port, request.transport) = (wanted.address, wanted.port, wanted.transport)
            request.isDualStack = request.address == .v6(.any) && wanted.isDualStack
            try compare(policy, request)
        }
    }

    private static func compare(_ policy: RandomPolicy, _ request: BindRequest) throws {
        let decision = policy.decision(for: request)
        guard let rules = NaiveRules(policy.text.bytes) else { throw Violation(description: "faults: \(policy.text)") }
        let error = rules.allows(request, now: 100) ? 0 : NaiveTree(tree: policy.tree).answer(to: request)
        let what = "\(request): \(policy.text) \(policy.tree)"
        try require(decision.isAllowed == (error == 0), "the decision is \(decision.isAllowed), \(what)")
        try require((decision.refusal?.rawValue ?? 0) == error, "the error is \(decision.refusal as Errno?), \(what)")
        try require((decision.confinement != nil) == rules.confines(request), "confined, \(what)")
        let port = request.port.rawValue
        var expected: BindOutcome = error == 0 ? .granted : decision.confinement != nil ? .refused : .left
        if error != 0, rules.allows(request, now: 100, isCapable: true) { expected = .left }
        if port == 0 || port >= 1024 { expected = .left }
        let outcome = policy.outcome(of: request)
        if outcome == expected { return }
        // What the program cannot see or say exactly, it leaves to others; it never allows more.
        let isHidden = request.address == .v6(.any) && !request.isDualStack && request.transport == .other
        let isNarrower = expected == .granted && (isHidden || policy.leavesOut(decision, of: request))
        try require(
            isNarrower && outcome != .granted,
            "\(expected), the program says \(outcome as BindOutcome?): \(what)"
        )
    }

    /// A line of /etc/passwd or /etc/group counts if the C library reads the same from it.
    private static func checkAccounts(_ bytes: [UInt8]) throws {
        let lines = ByteString(bytes).split(on: 0x0A)
        let names = Set(lines.prefix(8).map { $0.split(on: UInt8(ascii: ":"))[0] } + ["web"])
        // The C library skips blanks in front of names, which no tool writes.
        let isIndented = lines.contains { line in line.bytes.first.map { $0 == 0x20 || (9...13).contains($0) } ?? false
        }
        for name in names where !name.bytes.contains(0) && !name.bytes.contains(UInt8(ascii: "#")) && !isIndented {
            guard let number = AccountLines.number(of: name, in: bytes) else { continue }
            guard let line = lines.first(where: { $0.hasPrefix(name + ":") }) else {
                throw Violation(description: "\(name) is not there")
            }
            let isGroup = line.split(on: UInt8(ascii: ":")).count == 4
            let theirs = isGroup ? Self.group(name, bytes) : Self.user(name, bytes)
            try require(theirs == number, "\(name) is \(number), for the C library \(theirs ?? 0)")
        }
    }

    private static func user(_ name: ByteString, _ content: [UInt8]) -> UInt32? {
        var (content, buffer) = (content, [CChar](repeating: 0, count: 1 << 14))
        guard let stream = unsafe fmemopen(&content, content.count, "r") else { return nil }
        defer { unsafe fclose(stream) }
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        while unsafe fgetpwent_r(stream, &entry, &buffer, buffer.count, &found) == 0 {
            if unsafe ByteString(cString: entry.pw_name) == name { return unsafe entry.pw_uid }
        }
        return nil
    }

    private static func group(_ name: ByteString, _ content: [UInt8]) -> UInt32? {
        var (content, buffer) = (content, [CChar](repeating: 0, count: 1 << 14))
        guard let stream = unsafe fmemopen(&content, content.count, "r") else { return nil }
        defer { unsafe fclose(stream) }
        var entry = unsafe Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        while unsafe fgetgrent_r(stream, &entry, &buffer, buffer.count, &found) == 0 {
            if unsafe ByteString(cString: entry.gr_name) == name { return unsafe entry.gr_gid }
        }
        return nil
    }
}

/// Requests that lie at the edges of what rules say, and some that do not.
struct Requests {
    var ports = [1, 80, 511, 512, 1023, 1024]
    var addresses: [IPAddress] = [
        "0.0.0.0", "127.0.0.1", "192.0.2.7", "::", "::", "::1", "2001:db8::5", "::ffff:127.0.0.1", "::ffff:0.0.0.0",
    ].compactMap { IPAddress($0 as ByteString) }
    private var users: [UInt32] = [0, 1, 2, 3, 1000]
    private var groups: [UInt32] = [8, 9, 10, 11]
    private var times = [100, 0]
    private var choices: Choices

    init(_ bytes: [UInt8], _ lines: [NaiveRules.Line]) {
        choices = Choices(mixing: bytes)
        for line in lines.prefix(16) {
            for range in line.ports.prefix(8) {
                ports += [range.lowerBound - 1, range.lowerBound, range.upperBound, range.upperBound + 1]
            }
            for (first, length) in (line.prefixes ?? []).prefix(8) {
                var last = first
                for bit in length..<max(length, first.count * 8) { last[bit / 8] |= 0x80 >> UInt8(bit % 8) }
                addresses += [first, last].compactMap(Self.address)
            }
            if let until = line.until { times += [until - 1, until] }
            if case .user(let user?) = line.whom { users.append(user) }
            if case .group(let group?) = line.whom { groups.append(group) }
        }
    }

    static func address(_ bytes: [UInt8]) -> IPAddress? {
        bytes.count == 16
            ? IPv6Address(networkBytes: bytes).map { .v6($0) }
            : .v4(IPv4Address(rawValue: bytes.reduce(0) { $0 << 8 | UInt32($1) }))
    }

    mutating func time() -> Int { times.randomElement(using: &choices) ?? 0 }

    mutating func next() -> BindRequest {
        let address = addresses.randomElement(using: &choices) ?? .v4(.any)
        let transports: [TransportProtocol] = [.tcp, .udp, .other]
        return BindRequest(
            user: UserID(rawValue: users.randomElement(using: &choices) ?? 0),
            groups: [0, 1].compactMap { _ in groups.randomElement(using: &choices).map { GroupID(rawValue: $0) } },
            transport: transports.randomElement(using: &choices) ?? .tcp,
            address: address,
            port: Port(rawValue: UInt16(clamping: ports.randomElement(using: &choices) ?? 0)),
            isDualStack: address == .v6(.any) && Bool.random(using: &choices),
            program: [nil, FileIdentity(device: 7, inode: 70), FileIdentity(device: 8, inode: 70)]
                .randomElement(using: &choices) ?? nil
        )
    }
}
