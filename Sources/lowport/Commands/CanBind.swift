// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Linux
internal import PortPolicy

/// `lowport can-bind`.
struct CanBind: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "can-bind",
        abstract: "Say with the exit status whether you may bind a port.",
        discussion: """
            Says nothing, unless --json is given. Ends with 0 if this process may bind the port, by itself or
            through lowport run and authbind, with 1 if not, and with another status if
            that cannot be found out. Without --on, the address is 0.0.0.0; ::
            stands for a socket that takes IPv4 as well.

            EXAMPLES
              lowport can-bind 80 && exec lowport run nc -l -p 80
              lowport can-bind domain --udp --on 127.0.0.1
            """
    )

    @Argument(
        help: "The port: a number or a service name (https).",
        completion: .shellCommand("getent services | grep -o '^[a-zA-Z0-9_.+-]*'"),
        transform: PortList.parse
    )
    var port: PortList

    @Flag(help: "UDP instead of TCP.")
    var udp = false

    @Option(help: ArgumentHelp("The address.", valueName: "address"))
    var on: AddressArgument?

    @Flag(help: "Write JSON (schema lowport.can-bind/1).")
    var json = false

    func validate() throws {
        guard port.ranges.count == 1, port.ranges[0].lower == port.ranges[0].upper else {
            throw ValidationError("One port, please.")
        }
    }

    func run() throws {
        let request: BindRequest
        do throws(Errno) {
            request = try BindRequest(
                port: port.ranges[0].lower,
                transport: udp ? .udp : .tcp,
                address: on?.address ?? .v4(.any)
            )
        } catch { throw failure("cannot read the groups: \(error.sentence)", status: Status.system) }
        if try isLeftToTheKernel(request) { return try answer(true, "the kernel allows it to this process") }
        let decision = Policy.system.decision(for: request)
        if decision.isAllowed {
            return try answer(true, ByteString(joining: decision.grants.map(\.location.byteString), with: " and "))
        }
        // The helper may read what the caller may not: then there is no answer.
        if let path = decision.unreadable {
            throw failure(
                "cannot read \(path): permission denied",
                hint: "run it as root, or make the file readable for its user",
                status: Status.notPermitted
            )
        }
        try answer(false, "\(PolicySource.noneOfAll) allows it")
        throw Status.no
    }

    private func answer(_ canBind: Bool, _ reason: ByteString) throws {
        if json { try sayJSON(CanBindAnswer(canBind: canBind, reason: reason.jsonText)) }
    }

    /// Whether the kernel allows the bind without being asked by anybody.
    private func isLeftToTheKernel(_ request: BindRequest) throws -> Bool {
        do throws(Errno) {
            let masks = try CapabilityState.ofCurrentThread()
            return try UInt32(request.port.rawValue) >= PortThreshold.current || masks.canBindAllPorts
        } catch { throw failure("cannot read \(PortThreshold.path): \(error.sentence)", status: Status.system) }
    }
}

private struct CanBindAnswer: Encodable {
    let schema = "lowport.can-bind/1"
    let canBind: Bool
    let reason: String
}
