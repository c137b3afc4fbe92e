// SPDX-License-Identifier: Apache-2.0
import Glibc
import LowportLinux
import LowportPolicy

/// A rules file as lowport.rules(5) says, in the simplest way: every line into words, every word by itself, and every
/// question to every line. Shares nothing with what it is compared with; addresses and times are the C library's.
struct NaiveRules {
    /// Whom a line is for. A name that nobody has makes it dead.
    enum Whom { case everyone, root, user(UInt32?), group(UInt32?) }

    struct Line {
        var number = 0
        var confines = false
        var whom = Whom.everyone
        /// The number of the program; 0 for any, -1 for one that is not there.
        var program = 0
        var protocols: Set<String> = []
        var ports: [ClosedRange<Int>] = []
        /// Nil for all addresses.
        var prefixes: [(first: [UInt8], length: Int)]?
        var until: Int?
    }

    static let users: [String: UInt32] = ["web": 1, "dev": 2]
    static let groups: [String: UInt32] = ["dns": 10, "mail": 11]
    /// Programs by path; two paths are of one file.
    static let programs: [String: Int] = ["/server": 1, "/link": 1, "/bin/other": 2]

    private(set) var lines: [Line] = []

    /// Reads a file; nil if anything in it is a fault.
    init?(_ content: [UInt8]) {
        if content.count > 4 << 20 { return nil }
        let texts = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, text) in texts.enumerated() {
            if text.count > 4096 { return nil }
            let code = text.prefix { $0 != UInt8(ascii: "#") }
            let words = code.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map(Array.init)
            if words.isEmpty { continue }
            guard var line = Self.line(words) else { return nil }
            line.number = index + 1
            lines.append(line)
        }
    }

    private static func line(_ words: [[UInt8]]) -> Line? {
        var (line, rest) = (Line(), words[...])
        func take() -> [UInt8]? { rest.popFirst() }
        guard let verb = take() else { return nil }
        line.confines = verb.says("confine")
        guard line.confines || verb.says("allow"), let kind = take() else { return nil }
        if kind.says("everyone") {
            line.whom = .everyone
        } else if kind.says("root"), line.confines {
            line.whom = .root
        } else if kind.says("user") || kind.says("group") {
            guard let name = take(), isName(name) else { return nil }
            let text = String(decoding: name, as: UTF8.self)
            line.whom = kind.says("user") ? .user(users[text]) : .group(groups[text])
        } else if kind.says("uid") || kind.says("gid"), !line.confines {
            guard let number = take().flatMap({ number($0) }), number < 4_294_967_295 else { return nil }
            line.whom = kind.says("uid") ? .user(UInt32(number)) : .group(UInt32(number))
        } else if kind.says("program") {
            line.whom = .everyone
            rest = words.dropFirst()
        } else {
            return nil
        }
        if rest.first?.says("program") == true, !line.confines || kind.says("program") {
            _ = take()
            guard let path = take(), isPath(path) else { return nil }
            line.program = programs[String(decoding: path, as: UTF8.self)] ?? -1
        }
        if line.confines { return rest.isEmpty ? line : nil }
        for item in take().map(list) ?? [[]] {
            guard ["tcp", "udp", "any"].contains(where: item.says) else { return nil }
            line.protocols.insert(String(decoding: item, as: UTF8.self))
        }
        for item in take().map(list) ?? [[]] {
            let ends = item.split(separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
            let numbers = ends.compactMap { number(Array($0)) }
            guard numbers.count == ends.count, let first = numbers.first, let last = numbers.last, first >= 1,
                first <= last, last <= 65535
            else { return nil }
            line.ports.append(first...last)
        }
        if rest.first?.says("on") == true {
            _ = take()
            line.prefixes = []
            for item in take().map(list) ?? [[]] {
                guard let prefix = prefix(item) else { return nil }
                line.prefixes?.append(prefix)
            }
        }
        if rest.first?.says("until") == true {
            _ = take()
            guard let time = take().flatMap({ time($0) }) else { return nil }
            line.until = time
        }
        return rest.isEmpty ? line : nil
    }

    // MARK: - Words

    private static func isName(_ word: [UInt8]) -> Bool {
        number(word).map { $0 <= 4_294_967_295 } != true
            && !word.contains { $0 == UInt8(ascii: ",") || $0 < 0x20 || $0 == 0x7F }
    }

    private static func isPath(_ word: [UInt8]) -> Bool {
        let parts = word.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
        return parts.count > 1 && parts[0].isEmpty && !word.contains { $0 < 0x20 || $0 == 0x7F }
            && parts.dropFirst().allSatisfy { !$0.isEmpty && !$0.says(".") && !$0.says("..") }
    }

    private static func list(_ word: [UInt8]) -> [[UInt8]] {
        word.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(Array.init)
    }

    /// Decimal without leading zeros; nil if it is more than anything here can be.
    static func number(_ word: [UInt8]) -> Int? {
        let isPlain = !word.isEmpty && word.allSatisfy { (0x30...0x39).contains($0) }
        guard isPlain, word.count == 1 || word[0] != 0x30, word.count < 18 else { return nil }
        return Int(String(decoding: word, as: UTF8.self))
    }

    /// The bytes of an address, 4 or 16 of them.
    static func address(_ word: [UInt8]) -> [UInt8]? {
        if word.contains(0) { return nil }
        let text = word.map { CChar(bitPattern: $0) } + [0]
        var (four, sixteen) = ([UInt8](repeating: 0, count: 4), [UInt8](repeating: 0, count: 16))
        if unsafe inet_pton(AF_INET, text, &four) == 1 { return four }
        return unsafe inet_pton(AF_INET6, text, &sixteen) == 1 ? sixteen : nil
    }

    private static func prefix(_ word: [UInt8]) -> (first: [UInt8], length: Int)? {
        let parts = word.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard var address = parts.first.flatMap({ address(Array($0)) }) else { return nil }
        var length = address.count * 8
        if parts.count == 2 {
            guard let number = number(Array(parts[1])), number <= length else { return nil }
            length = number
        }
        for bit in length..<max(length, address.count * 8) where isSet(address, bit) { return nil }
        // What is within ::ffff:0:0/96 means addresses of IPv4.
        if address.count == 16, length >= 96, unmapped(address).count == 4 {
            (address, length) = (unmapped(address), length - 96)
        }
        return (address, length)
    }

    private static func time(_ word: [UInt8]) -> Int? {
        guard word.count == 20 || word.count == 25 else { return nil }
        func digits(_ range: Range<Int>) -> Int32? {
            let part = word[range]
            return part.allSatisfy { (0x30...0x39).contains($0) } ? Int32(String(decoding: part, as: UTF8.self)) : nil
        }
        guard word[4] == 0x2D, word[7] == 0x2D, [0x54, 0x74].contains(word[10]), word[13] == 0x3A, word[16] == 0x3A,
            let year = digits(0..<4), let month = digits(5..<7), let day = digits(8..<10),
            let hour = digits(11..<13), let minute = digits(14..<16), let second = digits(17..<19)
        else { return nil }
        var parts = unsafe tm()
        unsafe (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
        unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        let moment = unsafe timegm(&parts)
        // What is no date was made one.
        guard unsafe (parts.tm_year, parts.tm_mon, parts.tm_mday) == (year - 1900, month - 1, day),
            unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec) == (hour, minute, second)
        else { return nil }
        var offset = 0
        if word.count == 20 {
            guard [0x5A, 0x7A].contains(word[19]) else { return nil }
        } else {
            guard [0x2B, 0x2D].contains(word[19]), word[22] == 0x3A, let hours = digits(20..<22),
                let minutes = digits(23..<25), hours < 24, minutes < 60
            else { return nil }
            offset = Int(hours * 60 + minutes) * (word[19] == 0x2D ? -60 : 60)
        }
        let time = moment - offset
        return (-62_135_596_800...253_402_300_799).contains(time) ? time : nil
    }

    // MARK: - Questions

    static func isSet(_ address: [UInt8], _ bit: Int) -> Bool { address[bit / 8] & 0x80 >> UInt8(bit % 8) != 0 }

    static func bytes(_ address: IPAddress) -> [UInt8] {
        switch address {
        case .v4(let v4): [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: v4.rawValue >> UInt32($0)) }
        case .v6(let v6): v6.networkBytes
        }
    }

    static func unmapped(_ address: [UInt8]) -> [UInt8] {
        address.count == 16 && address[..<12].elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
            ? Array(address[12...]) : address
    }

    /// - Parameter isCapable: whether the requester has the capability, which rules for confined programs ask for.
    func allows(_ request: BindRequest, now: Int, isCapable: Bool = false) -> Bool {
        let address = Self.bytes(request.address)
        if request.isDualStack, address == [UInt8](repeating: 0, count: 16) {
            return allows(request, address, now, isCapable) && allows(request, [0, 0, 0, 0], now, isCapable)
        }
        return allows(request, Self.unmapped(address), now, isCapable)
    }

    private func allows(_ request: BindRequest, _ address: [UInt8], _ now: Int, _ isCapable: Bool) -> Bool {
        let confined = lines.contains { $0.confines && $0.program > 0 && Self.isProgram(of: $0, request) }
        return lines.contains { line in
            if line.program != 0, confined, !isCapable { return false }
            let isMeant =
                switch line.whom {
                case .everyone: true
                case .root: false
                case .user(let user): user == request.user.rawValue
                case .group(let group): request.groups.contains { $0.rawValue == group }
                }
            let word = request.transport == .tcp ? "tcp" : request.transport == .udp ? "udp" : "any"
            let isProtocol = line.protocols.contains(word) || line.protocols.contains("any")
            let isPort = line.ports.contains { $0.contains(Int(request.port.rawValue)) }
            let isWildcard = address.allSatisfy { $0 == 0 }
            let isAddress =
                line.prefixes?.contains { first, length in
                    first.count == address.count && (length == 0 || !isWildcard)
                        && (0..<length).allSatisfy { Self.isSet(first, $0) == Self.isSet(address, $0) }
                } ?? true
            let isInTime = line.until.map { now < $0 } ?? true
            return !line.confines && Self.isProgram(of: line, request) && isMeant && isProtocol && isPort && isAddress
                && isInTime
        }
    }

    private static func isProgram(of line: Line, _ request: BindRequest) -> Bool {
        let programs = [FileIdentity(device: 7, inode: 70): 1, FileIdentity(device: 8, inode: 70): 2]
        return line.program == 0 || request.program.flatMap { programs[$0] } == line.program
    }

    func confines(_ request: BindRequest) -> Bool {
        lines.contains { line in
            guard line.confines else { return false }
            if line.program != 0 { return Self.isProgram(of: line, request) }
            let isRoot = request.user.rawValue == 0
            return switch line.whom {
            case .root: isRoot
            case .everyone: !isRoot
            case .user(let user): !isRoot && user == request.user.rawValue
            case .group(let group): !isRoot && request.groups.contains { $0.rawValue == group }
            }
        }
    }
}

extension [UInt8] {
    fileprivate func says(_ word: String) -> Bool { elementsEqual(word.utf8) }
}
