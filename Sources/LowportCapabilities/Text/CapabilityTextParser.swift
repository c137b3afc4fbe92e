// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

extension CapabilityState {
    /// Parses a capability text, such as `cap_net_raw,cap_net_bind_service=ep cap_chown+i`.
    ///
    /// The grammar is that of cap_from_text(3), with one more form: a clause that is only a list, such as
    /// `CAP_NET_BIND_SERVICE`, lowers its capabilities in all three sets, as `CAP_NET_BIND_SERVICE=` does. Such a
    /// clause cannot precede a clause that begins with `=`: a blank before an operator is still an error, because the
    /// mistyped text `cap_net_raw =ep` would otherwise give all capabilities.
    ///
    /// The text ends at its first NUL byte. Upper and lower case are equal in names, but not in flags.
    /// - Parameters:
    ///   - text: the text.
    ///   - kernel: defines the capabilities that `all`, and `=` without a list, stand for.
    public init(text: ByteString, kernel: KernelCapabilities = .running) throws(CapabilityTextError) {
        var parser = CapabilityTextParser(text: text, kernel: kernel)
        self = try parser.parse()
    }
}

/// Parses a capability text from left to right, changing `state` clause by clause.
struct CapabilityTextParser {
    private let bytes: ArraySlice<UInt8>
    private let kernel: KernelCapabilities
    private var position = 0
    private var state = CapabilityState()

    init(text: ByteString, kernel: KernelCapabilities) {
        bytes = text.bytes.prefix { $0 != 0 }
        self.kernel = kernel
    }

    /// The byte at the current position; 0 at the end.
    private var next: UInt8 { position < bytes.endIndex ? bytes[position] : 0 }

    mutating func parse() throws(CapabilityTextError) -> CapabilityState {
        skipBlanks()
        while next != 0 {
            if next == UInt8(ascii: "=") {
                try parseClauseForAll()
            } else {
                try parseClause()
            }
            guard next == 0 || Digits.isBlank(next) else { throw error(.junkAfterClause) }
            skipBlanks()
        }
        return state
    }

    /// `= flags*`: sets all capabilities of the kernel.
    private mutating func parseClauseForAll() throws(CapabilityTextError) {
        position += 1
        state.lower(kernel.all, in: .all)
        state.raise(kernel.all, in: takeFlags())
    }

    /// `list action*`.
    private mutating func parseClause() throws(CapabilityTextError) {
        let capabilities = try parseList()
        if next == 0 || Digits.isBlank(next) {
            let rest = bytes[position...].drop(while: Digits.isBlank)
            if rest.first?.isOperator == true { throw error(.blankBeforeOperator) }
            return state.lower(capabilities, in: .all)
        }
        guard next.isOperator else { throw error(.junkAfterClause) }
        if next == UInt8(ascii: "=") {
            position += 1
            state.lower(capabilities, in: .all)
            // `=` alone needs no flags; `=+` and `=-` do.
            if !next.isSign { state.raise(capabilities, in: takeFlags()) }
        }
        while next.isSign {
            let raises = next == UInt8(ascii: "+")
            position += 1
            let flags = takeFlags()
            if flags.isEmpty { throw error(.missingFlags) }
            if raises { state.raise(capabilities, in: flags) } else { state.lower(capabilities, in: flags) }
        }
    }

    /// `item (',' item)*`, where `all` discards the items before it.
    private mutating func parseList() throws(CapabilityTextError) -> CapabilitySet {
        var list: CapabilitySet = []
        while true {
            if Digits.isDecimal(next) {
                list.insert(try parseNumber())
            } else {
                let start = position
                while next.isNamePart { position += 1 }
                let word = ByteString(bytes[start..<position])
                if word.isEmpty { throw error(.notCapability) }
                if word.bytes.elementsEqual("all".utf8, by: { $0.lowercased == $1 }) {
                    list = kernel.all
                } else if let capability = Capability(named: word), !Digits.isDecimal(next) {
                    list.insert(capability)
                } else {
                    throw CapabilityTextError(.unknownName, at: start)
                }
            }
            guard next == UInt8(ascii: ",") else { return list }
            position += 1
        }
    }

    /// A number as strtoul(3) reads it in base 0: decimal, octal after `0`, hexadecimal after `0x`.
    private mutating func parseNumber() throws(CapabilityTextError) -> Capability {
        let start = position
        let number = UnsignedNumber(prefixOf: bytes[position...])
        position += number.length
        guard let capability = UInt8(exactly: number.value).flatMap(Capability.init(rawValue:)) else {
            throw CapabilityTextError(.numberTooLarge, at: start)
        }
        return capability
    }

    private mutating func takeFlags() -> CapabilityFlags {
        var flags: CapabilityFlags = []
        while true {
            switch next {
            case UInt8(ascii: "e"): flags.insert(.effective)
            case UInt8(ascii: "i"): flags.insert(.inheritable)
            case UInt8(ascii: "p"): flags.insert(.permitted)
            default: return flags
            }
            position += 1
        }
    }

    private mutating func skipBlanks() {
        while Digits.isBlank(next) { position += 1 }
    }

    private func error(_ reason: CapabilityTextError.Reason) -> CapabilityTextError {
        CapabilityTextError(reason, at: position)
    }
}

extension UInt8 {
    var isNamePart: Bool { lowercased >= 0x61 && lowercased <= 0x7A || self == UInt8(ascii: "_") }
    fileprivate var isSign: Bool { self == UInt8(ascii: "+") || self == UInt8(ascii: "-") }
    fileprivate var isOperator: Bool { isSign || self == UInt8(ascii: "=") }
}
