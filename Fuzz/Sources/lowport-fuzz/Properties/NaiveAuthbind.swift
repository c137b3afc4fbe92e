// SPDX-License-Identifier: Apache-2.0
import Glibc
import LowportLinux
import LowportPolicy
import LowportPolicyInventory

/// A line of a byuid file as authbind 2.1.3 was measured to read it, but for numbers that wrap and lines that are too long.
struct NaiveByuidLine {
    let first: [UInt8]
    let last: [UInt8]
    let ports: (lowest: Int, highest: Int)

    private static let blanks: [UInt8] = [0x20, 9, 10, 11, 12, 13]

    init?(_ line: [UInt8]) {
        var text = Array(line.prefix { $0 != 0 })
        while let last = text.last, Self.blanks.contains(last) { text.removeLast() }
        guard text.count <= 298 else { return nil }
        guard let line = Self.classic(text) ?? Self.modern(text) else { return nil }
        self = line
    }

    private init(_ first: [UInt8], _ last: [UInt8], _ lowest: Int, _ highest: Int) {
        (self.first, self.last, ports) = (first, last, (lowest, highest))
    }

    func allows(_ address: [UInt8], _ port: Int) -> Bool {
        address.count == first.count && !address.lexicographicallyPrecedes(first)
            && !last.lexicographicallyPrecedes(address) && ports.lowest <= port && port <= ports.highest
    }

    /// `A.B.C.D/LEN:MIN,MAX`: seven numbers and what is between them.
    private static func classic(_ text: [UInt8]) -> NaiveByuidLine? {
        var (rest, numbers) = (text[...], [Int]())
        for separator in [".", ".", ".", "/", ":", ",", ""] {
            guard let number = number(&rest) else { return nil }
            numbers.append(number)
            if separator.isEmpty { continue }
            guard rest.popFirst() == separator.utf8.first else { return nil }
        }
        guard rest.isEmpty, numbers[..<4].allSatisfy({ $0 <= 255 }), numbers[5] <= 65535, numbers[6] <= 65535,
            let (first, last) = range(numbers[..<4].map { UInt8($0) }, numbers[4])
        else { return nil }
        return NaiveByuidLine(first, last, numbers[5], numbers[6])
    }

    /// `ADDR,PORTS`, `ADDR-ADDR,PORTS` or `ADDR/LEN,PORTS`.
    private static func modern(_ text: [UInt8]) -> NaiveByuidLine? {
        let start = text.prefix { !"-/,".utf8.contains($0) }
        guard let first = NaiveRules.address(Array(start)) else { return nil }
        var rest = text[start.endIndex...]
        var (from, to) = (first, first)
        switch rest.popFirst() {
        case UInt8(ascii: ","): break
        case UInt8(ascii: "-"):
            let end = rest.prefix { $0 != UInt8(ascii: ",") }
            guard let last = NaiveRules.address(Array(end)), last.count == first.count else { return nil }
            to = last
            rest = rest[end.endIndex...]
            guard rest.popFirst() == UInt8(ascii: ",") else { return nil }
        case UInt8(ascii: "/"):
            // A minus sign would have been the beginning of a second address.
            if rest.drop(while: blanks.contains).first == UInt8(ascii: "-") { return nil }
            guard let length = number(&rest), let range = range(first, length) else { return nil }
            (from, to) = range
            rest = rest.drop(while: blanks.contains)
            guard rest.popFirst() == UInt8(ascii: ",") else { return nil }
        default: return nil
        }
        guard let lowest = number(&rest) else { return nil }
        if rest.isEmpty { return NaiveByuidLine(from, to, lowest, lowest) }
        guard rest.popFirst() == UInt8(ascii: "-"), let highest = number(&rest), rest.isEmpty else { return nil }
        return NaiveByuidLine(from, to, lowest, highest)
    }

    /// Blanks, perhaps a sign, digits; nil if the number is negative or has more than 32 bits.
    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
        rest = rest.drop(while: blanks.contains)
        let sign = rest.first
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest[digits.endIndex...]
        let plain = digits.drop { $0 == 0x30 }
        guard !digits.isEmpty, plain.count <= 10 else { return nil }
        let value = Int("0" + String(decoding: plain, as: UTF8.self)) ?? .max
        return value <= 4_294_967_295 && (sign != UInt8(ascii: "-") || value == 0) ? value : nil
    }

    /// The first and the last address with these bits; nil if others are set.
    private static func range(_ address: [UInt8], _ length: Int) -> ([UInt8], [UInt8])? {
        guard length <= address.count * 8 else { return nil }
        var last = address
        for bit in length..<address.count * 8 {
            if NaiveRules.isSet(address, bit) { return nil }
            last[bit / 8] |= 0x80 >> UInt8(bit % 8)
        }
        return (address, last)
    }

    /// The number of the first line of `content` that allows; nil if none does.
    static func line(allowing address: [UInt8], _ port: Int, in content: [UInt8]) -> Int? {
        let lines = content.split(separator: 0x0A, omittingEmptySubsequences: false)
        return lines.firstIndex { NaiveByuidLine(Array($0))?.allows(address, port) == true }.map { $0 + 1 }
    }
}

/// What an authbind tree says to a request: the five steps, one behind the other.
struct NaiveTree {
    let tree: AuthbindSnapshot

    /// The error, 0 if the tree allows.
    func answer(to request: BindRequest) -> Int32 {
        let (address, port) = (NaiveRules.bytes(request.address), Int(request.port.rawValue))
        let mark = port < 512 ? "" : "!"
        let text = Self.text(address)
        var steps = [(tree.byport, "\(mark)\(port)")]
        if address.count == 4 { steps.append((tree.byaddr, "\(mark)\(text):\(port)")) }
        steps.append((tree.byaddr, "\(mark)\(text),\(port)"))
        if address.count == 16 {
            let groups = (0..<8).map { String(Int(address[$0 * 2]) << 8 | Int(address[$0 * 2 + 1]), radix: 16) }
            steps.append((tree.byaddr, "\(mark)\(groups.joined(separator: ":")),\(port)"))
        }
        for (directory, name) in steps {
            switch directory {
            case .absent: continue
            case .closed: return EACCES
            case .open(let entries):
                guard let entry = entries[ByteString(name)] else { continue }
                return mayExecute(entry, request) ? 0 : EACCES
            }
        }
        guard let content = tree.byuid[ByteString("\(mark)\(request.user.rawValue)")] else { return EPERM }
        return NaiveByuidLine.line(allowing: address, port, in: content) == nil ? ENOENT : 0
    }

    private func mayExecute(_ entry: AuthbindSnapshot.Entry, _ request: BindRequest) -> Bool {
        let mode = entry.mode.rawValue
        if request.user.rawValue == 0 { return mode & 0o111 != 0 }
        if request.user == entry.owner { return mode & 0o100 != 0 }
        return mode & (request.groups.contains(entry.group) ? 0o010 : 0o001) != 0
    }

    /// As inet_ntop(3) writes it.
    static func text(_ address: [UInt8]) -> String {
        var buffer = [CChar](repeating: 0, count: 64)
        let family = address.count == 4 ? AF_INET : AF_INET6
        unsafe inet_ntop(family, address, &buffer, socklen_t(buffer.count))
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
