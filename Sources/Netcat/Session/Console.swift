// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Writes messages to standard error; standard output has data alone.
struct Console: Sendable {
    /// The name that the program was called by.
    let program: ByteString
    /// Whether connections and failed attempts are reported (`-v`).
    var isVerbose = false
    /// Whether addresses are shown as they are (`-n`).
    var isNumeric = false

    /// Writes a line. Whatever is in it that others wrote, it stays one line, and does nothing to a terminal.
    func print(_ line: ByteString) { print(message: Message(line)) }

    /// Writes a line that may have a command in it.
    func print(message: Message) { try? InheritedDescriptor.standardError.write(message.shown + "\n") }

    /// Writes a line behind the program's name.
    func printError(_ line: ByteString) { print(isNcat ? "Ncat: \(line). QUITTING." : "\(program): \(line)") }

    /// Whether the program is called as ncat, whose letters and words it takes then.
    var isNcat: Bool { program == "ncat" }

    /// Writes a line with `-v`.
    func log(_ line: ByteString) {
        if isVerbose { print(line) }
    }

    /// A host as messages have it: its name, or its address if it has none or names are not wanted.
    func name(of address: SocketAddress) -> ByteString {
        if isNumeric || address.address.isWildcard { return address.host }
        return NameLookup.name(of: address) ?? address.host
    }
}

extension SocketAddress {
    /// The address with IPv4 as such, and not in the form of IPv6.
    var unmapped: SocketAddress {
        guard case .v4 = address.unmapped else { return self }
        return SocketAddress(address.unmapped, port)
    }

    /// Whether the address holds for one interface alone: fe80::/10, ff02::/16 and their like (RFC 4291).
    private var isLinkLocal: Bool {
        guard case .v6(let address) = address else { return false }
        let first = address.high >> 48
        return first & 0xFFC0 == 0xFE80 || first & 0xFF0F == 0xFF02
    }

    /// The address without the port, as getnameinfo(3) writes it: with the interface of a link-local address.
    var host: ByteString {
        switch address {
        case .v6(let address) where scope != 0:
            "\(address)%\((isLinkLocal ? NetworkInterface.name(of: scope) : nil) ?? ByteString(decimal: scope))"
        default: address.byteString
        }
    }
}

/// An error that ends the program.
struct NetcatError: Error, Equatable {
    /// The message behind the program's name; nil prints none.
    var message: ByteString?
    /// A line that stands alone, in front of it.
    var plain: ByteString?
    /// What would help, a line each.
    var hints: [Message] = []
    /// Whether the error is one of the network: another exit status for ncat.
    var isOfNetwork = false

    /// Creates a failure.
    init(_ message: ByteString?, plain: ByteString? = nil, hints: [Message] = []) {
        self.message = message
        self.plain = plain
        self.hints = hints
    }

    /// Prints the messages.
    func report(to console: Console) {
        if let plain { console.print(plain) }
        if let message { console.printError(message) }
        for hint in hints { console.print(message: "hint: \(hint)") }
    }
}
