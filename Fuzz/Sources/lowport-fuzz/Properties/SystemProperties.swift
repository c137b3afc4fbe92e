// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLaunch

@testable import LowportDiagnosis
@testable import LowportKernelPolicy
@testable import LowportLinux

extension Property {
    /// What is read from files of programs, from /proc, from the kernel and from /run.
    static let system = [
        Property(name: "program-image", check: checkImage),
        Property(name: "dynamic-object", check: checkObject),
        Property(name: "loader-cache", check: checkCache),
        Property(name: "btf", check: checkTypes),
        Property(name: "mountinfo", check: checkMounts),
        Property(name: "process-status", check: checkStatus),
        Property(name: "socket-table", check: checkTable),
        Property(name: "socket-list", check: checkList),
        Property(name: "uid-map", check: checkMap),
        Property(name: "threshold", check: checkThreshold),
        Property(name: "notice", check: checkNotice),
        Property(name: "confinement", check: checkConfinement),
        Property(name: "settings", check: checkSettings),
        Property(name: "event", check: checkEvent),
        Property(name: "unit", check: checkUnit),
    ]

    /// The first bytes of a program.
    private static func checkImage(_ bytes: [UInt8]) throws {
        let image = ProgramImage(bytes, machine: 62)
        switch image {
        case .script(let interpreter, let argument):
            let line = ByteString(bytes).split(on: 0x0A)[0].bytes.prefix { $0 != 0 }
            let words = line.dropFirst(2).split { $0 == 0x20 || $0 == 0x09 }
            try require(interpreter.bytes == words.first.map(Array.init), "another interpreter")
            let parts = argument.bytes.split { $0 == 0x20 || $0 == 0x09 }
            try require(parts.map(Array.init) == words.dropFirst().map(Array.init), "another argument")
        case .go: try require(ByteString(bytes).split(on: 0).contains { $0.hasSuffix("Go") }, "no Go in sight")
        case .dynamic, .linkedStatically: try require(bytes.count >= 64 && bytes[18] == 62, "of another machine")
        case .foreign: try require(bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]), "no program")
        case .unknown: break
        }
    }

    /// Types of a kernel: what is said of a member lies within its structure.
    private static func checkTypes(_ bytes: [UInt8]) throws {
        guard let types = KernelTypes(bytes) else { return }
        for function: ByteString in ["f", "bpf_cast_to_kern_ctx"] {
            if let number = types.function(function) {
                try require(number > 0 && Int(number) <= bytes.count / 12, "a number")
            }
        }
        for name: ByteString in ["s", "sock_common", "task_struct"] {
            guard let structure = types.structure(name) else { continue }
            guard let size = size(of: name, in: bytes) else {
                throw Violation(description: "a structure that is not there")
            }
            for member: ByteString in ["a", "b", "s", "skc_ipv6only", "tgid"] {
                if let offset = structure.offset(member) { try require(offset >= 0 && offset < size, "behind the end") }
                if let bit = structure.bit(member) {
                    try require(bit.offset < size && bit.mask.nonzeroBitCount == 1, "a bit behind the end")
                }
            }
        }
    }

    /// The size of the first structure with this name: type by type, as btf.rst has them.
    private static func size(of name: ByteString, in bytes: [UInt8]) -> Int? {
        func word(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << ($1 * 8) } }
        let (start, strings) = (word(4) + word(8), word(4) + word(16))
        var at = start
        while at + 12 <= start + word(12) {
            let (kind, count) = (word(at + 4) >> 24 & 31, word(at + 4) & 0xFFFF)
            if kind == 4, strings + word(at) < bytes.count,
                bytes[(strings + word(at))...].starts(with: name.bytes + [0])
            {
                return word(at + 8)
            }
            let extra = [1: 4, 3: 12, 4: count * 12, 5: count * 12, 6: count * 8, 13: count * 8, 14: 4, 15: count * 12]
            at += 12 + (extra[kind] ?? (kind == 17 ? 4 : kind == 19 ? count * 12 : 0))
        }
        return nil
    }

    /// The mount table: the path is that of a line with the type.
    private static func checkMounts(_ bytes: [UInt8]) throws {
        let text = ByteString(bytes)
        let candidates = text.split(on: 0x0A).map { $0.split(on: 0x20) }.filter { words in
            words.count > 7 && words[6...].drop { $0 != "-" }.dropFirst().first == "cgroup2"
        }
        guard let root = ControlGroups.root(in: text) else { return try require(candidates.isEmpty, "not found") }
        try require(candidates.first.map { plain($0[4].bytes) } == root, "another path")
    }

    private static func plain(_ text: [UInt8]) -> ByteString {
        guard let slash = text.firstIndex(of: UInt8(ascii: "\\")) else { return ByteString(text) }
        let digits = text[(slash + 1)...].prefix(3)
        let number = digits.count == 3 ? UInt8(String(decoding: digits, as: UTF8.self), radix: 8) : nil
        let isOctal = digits.allSatisfy { (0x30...0x37).contains($0) }
        if let number, isOctal {
            return ByteString(text[..<slash]) + ByteString([number]) + plain(Array(text[(slash + 4)...]))
        }
        return ByteString(text[...slash]) + plain(Array(text[(slash + 1)...]))
    }

    /// /proc/PID/status: two readers of it agree, and no number is cut.
    private static func checkStatus(_ bytes: [UInt8]) throws {
        guard let one = ProcessStatus(bytes) else { return }
        try require(one.users.count == 4 && one.groups.count == 4, "principals are missing")
        let line = ByteString(bytes).split(on: 0x0A).first { $0.hasPrefix("Uid:") } ?? ""
        let user = line.bytes.dropFirst(4).split { $0 == 0x20 || $0 == 0x09 }.first ?? []
        try require(Int(String(decoding: user, as: UTF8.self)) == Int(one.users[0].rawValue), "another user")
        guard let other = ProcessCredentials(text: bytes) else { return }
        try require(one.users[0] == other.user, "another user for the other reader")
        try require([one.groups[0]] + one.supplementaryGroups == other.groups, "other groups for the other reader")
        try require(one.effective == other.effective, "other capabilities for the other reader")
    }

    /// /proc/net/tcp and its like: a socket is one of the lines, and written again is the same.
    private static func checkTable(_ bytes: [UInt8]) throws {
        for transport in [TransportProtocol.tcp, .udp] {
            for socket in BoundSocket.table(bytes, transport: transport) {
                let port = String(socket.local.port.rawValue, radix: 16, uppercase: true)
                var address = NaiveRules.bytes(socket.local.address)
                // Words in the order of the machine.
                for start in stride(from: 0, to: address.count, by: 4) { address[start..<start + 4].reverse() }
                let digits = address.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                let local = digits.uppercased() + ":" + String(repeating: "0", count: 4 - port.count) + port
                let isThere = ByteString(bytes).split(on: 0x0A).dropFirst().contains { line in
                    let fields = line.split(on: 0x20).filter { !$0.isEmpty }.map(\.description)
                    return fields.count > 9 && fields[1].uppercased() == local
                        && Int(fields[7]).map { $0 == Int(socket.owner.rawValue) } == true
                        && UInt64(fields[9]) == socket.inode
                }
                try require(isThere, "\(local) of \(socket.owner) is not there")
            }
        }
    }

    /// The answer of sock_diag(7): message by message, attribute by attribute.
    private static func checkList(_ bytes: [UInt8]) throws {
        func number(_ at: Int, _ count: Int) -> Int {
            bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        var (expected, message) = ([UInt64](), 0)
        while bytes.count - message >= 88 {
            let length = number(message, 4)
            if length < 88 || length > bytes.count - message { break }
            var rest = message + 88
            while message + length - rest >= 4, number(rest, 2) >= 4, number(rest, 2) <= message + length - rest {
                if number(rest, 2) > 4, number(rest + 2, 2) == 11, bytes[rest + 4] != 0 {
                    expected.append(UInt64(number(message + 84, 4)))
                }
                rest += (number(rest, 2) + 3) / 4 * 4
            }
            message += (length + 3) / 4 * 4
        }
        try require(SocketList.ipv6Only(in: bytes) == expected, "other sockets")
    }

    /// /proc/self/uid_map: a user is mapped as user_namespaces(7) says, and to nobody where the number does not fit.
    private static func checkMap(_ bytes: [UInt8]) throws {
        for user in [0, 1, 1000, 65534, 4_294_967_294] {
            var expected: UserID?
            for line in ByteString(bytes).split(on: 0x0A) {
                let words = line.split(on: 0x20).filter { !$0.isEmpty }.map(\.bytes)
                let numbers = words.compactMap { word -> Int? in
                    let digits = word.drop { $0 == 0x30 }
                    let isNumber = digits.count <= 10 && word.allSatisfy { (0x30...0x39).contains($0) }
                    let value = isNumber ? Int(String(decoding: word.suffix(11), as: UTF8.self)) : nil
                    return value.flatMap { $0 <= 4_294_967_295 ? $0 : nil }
                }
                guard words.count == 3, numbers.count == 3, numbers != [0, 0, 4_294_967_295],
                    (numbers[0]..<numbers[0] + numbers[2]).contains(user)
                else { continue }
                let outer = user - numbers[0] + numbers[1]
                expected = outer <= 4_294_967_295 ? UserID(rawValue: UInt32(outer)) : nil
                break
            }
            let found = Namespaces.outerUser(of: UserID(rawValue: UInt32(user)), in: ByteString(bytes))
            try require(found == expected, "\(user) is \(found as UserID?), not \(expected as UserID?)")
        }
    }

    /// The first port for everybody: a number that does not fit frees no port.
    /// A unit file: each assignment is within the lines, and each line is taken once.
    private static func checkUnit(_ bytes: [UInt8]) throws {
        _ = UnitWords.split(ByteString(bytes))
        _ = UnitName(ByteString(bytes))?.expanding(ByteString(bytes))
        var settings = UnitSettings(section: "Service")
        guard let text = try? UnitText(bytes) else {
            try require((try? settings.add(bytes, from: "f")) == nil, "settings of a file that is refused")
            return
        }
        let lines = (text.assignments.map(\.line) + text.skipped.map(\.line)).sorted()
        try require(Set(lines).count == lines.count, "a line counts twice")
        try require((lines.last ?? 0) <= bytes.count { $0 == 0x0A } + 1, "a line behind the last")
        for one in text.assignments {
            try require(!one.name.bytes.contains(UInt8(ascii: "=")), "a name with the sign of an assignment")
            try require(one.value.trimmed == one.value && one.name.trimmed == one.name, "blanks at the end")
        }
        try settings.add(bytes, from: "f")
        guard let name = UnitName("site@x") else { return }
        let unit = ServiceUnit(name: name, settings: settings, manager: SystemdBuild())
        try require(unit.ambient.subtracting(unit.bounding) == [], "an ambient capability outside of the bounding set")
        try require(unit.command == nil || unit.command?.words.isEmpty == false, "a command without words")
        _ = (unit.start, unit.noNewPrivileges, unit.controlGroup)
        if unit.refusal(ofBind: "ipv4", .tcp, 80) != nil {
            try require(!unit.settings.list("SocketBindDeny").isEmpty, "a bind is refused by nothing")
        }
    }

    private static func checkThreshold(_ bytes: [UInt8]) throws {
        let number = PortThreshold.number(in: bytes)
        let limit = EngineSettings.limit(threshold: number ?? PortThreshold.standard)
        let text = bytes.last == 0x0A ? bytes.dropLast() : bytes[...]
        let isNumber = text.allSatisfy { (0x30...0x39).contains($0) }
        let value = isNumber ? Int(String(decoding: text, as: UTF8.self)).flatMap { $0 <= 65536 ? $0 : nil } : nil
        try require(number.map { Int($0) } == value, "\(text) is another threshold")
        try require(Int(limit.rawValue) == max(1, min(value ?? 1024, 65535)), "\(text) is \(limit)")
    }

    /// The notice of the engine, and behind a NUL the control groups of a process: what counts is what was written, and
    /// nobody is said to be under it who is not.
    private static func checkNotice(_ bytes: [UInt8]) throws {
        let parts = ByteString(bytes).split(on: 0)
        guard let notice = EngineState(parts[0]) else { return }
        try require(notice.byteString == parts[0], "it claims more than is written")
        let groups = parts.count > 1 ? parts[1] : "0::/\n"
        for network in [nil, notice.network, notice.network.map { $0 &+ 1 }]
        where notice.holds(for: groups, network: network) {
            try require(notice.network == nil || network == notice.network, "in another network")
            let own = groups.split(on: 0x0A).first { $0.hasPrefix("0::/") }.map { ByteString($0.bytes[3...]) } ?? ""
            let isBelow = own == notice.cgroup || own.hasPrefix(notice.cgroup == "/" ? "/" : notice.cgroup + "/")
            try require(isBelow, "in \(own)")
        }
    }

    /// Who was confined when the policy was whole: what counts is what was written, and all of it.
    private static func checkConfinement(_ bytes: [UInt8]) throws {
        let text = ByteString(bytes)
        guard let record = ConfinementRecord(text) else { return }
        try require(record.byteString == text, "it claims something else than is written")
        try require(text.split(on: 0x0A).count == record.lines.count + 3, "lines are missing")
        for length in 0..<bytes.count where ConfinementRecord(ByteString(Array(bytes[..<length]))) != nil {
            throw Violation(description: "the first \(length) bytes pass for all of it")
        }
    }

    /// What the engine was enabled with, as a map of the kernel holds it.
    private static func checkSettings(_ bytes: [UInt8]) throws {
        guard let settings = EngineSettings(bytes: bytes) else { return }
        try require(settings.bytes == bytes, "the settings are written in another way")
    }

    /// A record of the ring buffer.
    private static func checkEvent(_ bytes: [UInt8]) throws {
        guard let event = BindEvent(bytes: bytes) else { return }
        func number(_ at: Int, _ count: Int) -> UInt64 {
            bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        try require(
            [88, 104].contains(bytes.count) && event.command.count <= 16 && !event.command.bytes.contains(0),
            "a name"
        )
        try require(event.time == number(0, 8) && event.process == number(12, 4), "another process")
        try require(event.user.rawValue == number(16, 4) && event.group.rawValue == number(20, 4), "another principal")
        try require(event.source == number(56, 4) && event.line == number(60, 4), "another line")
        let file = bytes.count == 88 || number(88, 8) == 0 ? nil : (number(88, 8), number(96, 4))
        try require(
            event.executable?.number == file?.0 && event.executable?.device == file.map { UInt32($0.1) },
            "a file"
        )
        try require(event.port.rawValue == UInt16(bytes[82]) << 8 | UInt16(bytes[83]), "another port")
        let address = NaiveRules.bytes(event.address)
        try require(address.elementsEqual(bytes[64..<64 + address.count]), "another address")
    }
}
