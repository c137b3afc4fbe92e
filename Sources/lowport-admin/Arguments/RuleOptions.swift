// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy

/// What `lowport grant` grants and `lowport revoke` revokes: ports of a principal, or every port of a program.
struct RuleOptions: ParsableArguments {
    @Argument(
        help: "Ports: numbers, ranges (8000-8010) or service names (https).",
        completion: .shellCommand("getent services | grep -o '^[a-zA-Z0-9_.+-]*'"),
        transform: PortList.parse
    )
    var ports: [PortList] = []

    @OptionGroup var grantee: PrincipalOptions

    @Option(
        help: ArgumentHelp(
            "The program; without ports, it has the capability.",
            valueName: "file"
        ),
        completion: .file()
    )
    var program: BytesArgument?

    @Flag(help: "With --program: a link on the way is followed.")
    var follow = false

    @Option(
        name: .customLong("protocol"),
        help: ArgumentHelp("tcp, udp, tcp,udp or any.", valueName: "protocol"),
        completion: .list(ProtocolChoice.words),
        transform: ProtocolChoice.parse
    )
    var transport: ProtocolChoice?

    @Flag(help: "As --protocol tcp.")
    var tcp = false

    @Flag(help: "As --protocol udp; a port may also be written 53/udp.")
    var udp = false

    @Option(
        help: ArgumentHelp("Addresses or prefixes, with commas; all without this.", valueName: "addresses"),
        transform: PrefixList.parse
    )
    var on: PrefixList?

    /// The protocols that are given, in whatever way; nil if none is.
    var transports: TransportSet? { allTransports.first }

    private var allTransports: Set<TransportSet> {
        let flags = (tcp ? TransportSet.tcp : []).union(udp ? TransportSet.udp : [])
        return Set(
            (flags.isEmpty ? [] : [flags]) + (transport.map { [$0.transports] } ?? []) + ports.compactMap(\.transports)
        )
    }

    /// The specified addresses; none means all.
    var prefixes: [AddressPrefix] { on?.prefixes ?? [] }

    /// Whether the program gets or loses the capability and the confinement together with the rule.
    var isWholeProgram: Bool { program != nil && !ports.isEmpty && !grantee.isGiven }

    /// The program that gets or loses the capability; nil if a rule is meant.
    var capableProgram: ByteString? { ports.isEmpty ? program?.bytes : nil }

    /// Whether an option restricts the protocols or addresses, which a capability does not.
    var narrows: Bool { transports != nil || on != nil }

    func validate() throws {
        try grantee.demand(with: program, hasPorts: !ports.isEmpty)
        if program == nil, follow { throw ValidationError("--follow is for --program") }
        if program == nil, ports.isEmpty { throw ValidationError("the ports are missing") }
        let isMixed =
            ports.contains { $0.transports != nil } && ports.contains { $0.transports == nil }
            && allTransports.count == 1
            && transport == nil && !tcp && !udp
        if allTransports.count > 1 || isMixed {
            throw ValidationError("the ports of one command have one protocol: use a command for each")
        }
    }
}
