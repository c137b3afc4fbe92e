// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Writes messages to standard error; only data goes to standard output.
struct Console: Sendable {
    /// The name that the program was called with.
    let program: ByteString
    /// The command line, as it was typed.
    var command: [ByteString] = []
    /// Whether connections and failed attempts are reported (`-v`).
    var isVerbose = false
    /// Whether called as ncat, it reports without `-v` that a host was not reached.
    var reportsFailures = false
    /// Whether addresses are shown as they are (`-n`).
    var isNumeric = false
    /// Whether the program goes on after an error, which is one of a client.
    var goesOn = false

    /// Writes a line. Untrusted text in it can neither start another line nor control a terminal.
    func print(_ line: ByteString) { print(message: Message(line)) }

    /// Writes a line that may contain a command.
    func print(message: Message) { try? InheritedDescriptor.standardError.write(message.shown + "\n") }

    /// Writes a line after the program's name.
    /// - Parameter isOfNetwork: whether it is about the network, which in ncat ends the program without a word about that.
    func printError(_ line: ByteString, isOfNetwork: Bool = false) {
        guard isNcat else { return print("\(program): \(line)") }
        print(goesOn || isOfNetwork ? "Ncat: \(line)." : "Ncat: \(line). QUITTING.")
    }

    /// Whether the program is called as ncat, and so takes the options of ncat.
    var isNcat: Bool { program == "ncat" }

    /// Writes a line with `-v`.
    func log(_ line: ByteString) {
        if isVerbose { print(line) }
    }

    /// A host in messages: its name, or its address if there is no name or `-n` is given.
    func name(of address: SocketAddress) -> ByteString {
        if isNumeric || address.address.isWildcard { return address.host }
        return NameLookup.name(of: address) ?? address.host
    }
}

extension SocketAddress {
    /// The address, with an IPv4-mapped IPv6 address as IPv4.
    var unmapped: SocketAddress {
        guard case .v4 = address.unmapped else { return self }
        return SocketAddress(address.unmapped, port)
    }

    /// The address without the port, as getnameinfo(3) writes it: with the interface of a link-local address.
    var host: ByteString {
        switch address {
        case .v6(let address) where scope != 0:
            "\(address)%\((address.needsInterface ? NetworkInterface.name(of: scope) : nil) ?? ByteString(decimal: scope))"
        default: address.byteString
        }
    }
}

/// An error that ends the program.
struct NetcatError: Error, Equatable {
    /// The message after the program's name; nil prints none.
    var message: ByteString?
    /// A line of its own, before the message.
    var plain: ByteString?
    /// Hints that would help, one line each, as a terminal may show them.
    var hints: [ByteString] = []
    /// Whether this is a network error, which has another exit status in ncat.
    var isOfNetwork = false
    /// The exit status, if it is not the usual one of an error.
    var status: Int32?

    /// Creates a failure.
    init(_ message: ByteString?, plain: ByteString? = nil, hints: [ByteString] = [], isOfNetwork: Bool = false) {
        self.message = message
        self.isOfNetwork = isOfNetwork
        self.plain = plain
        self.hints = hints
    }

    /// Prints the messages.
    func report(to console: Console) {
        if let plain { console.print(plain) }
        if let message { console.printError(message, isOfNetwork: isOfNetwork) }
        for hint in hints { try? InheritedDescriptor.standardError.write("hint: \(hint)\n") }
    }
}
