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
            throw ValidationError("Specify a single port.")
        }
    }

    /// Answers what lowport(8) does not answer itself, and reports why there is no answer.
    func run() throws {
        switch try permission() {
        case .granted(let reason): try answer(true, reason)
        case .refused:
            try answer(false, "\(PolicySource.noneOfAll) allows it")
            throw Status.no
        case .unknown(let path):
            throw failure(
                "cannot read \(path): permission denied",
                hint: "run it as root, or make the file readable for its user",
                status: Status.notPermitted
            )
        }
    }

    private func permission() throws -> BindPermission {
        do throws(BindPermission.LookupError) {
            return try BindPermission(
                ofThisProcessFor: port.ranges[0].lower,
                udp ? .udp : .tcp,
                on: on?.address ?? .v4(.any)
            )
        } catch {
            switch error {
            case .threshold(let error):
                throw failure("cannot read \(PortThreshold.path): \(error.sentence)", status: Status.system)
            case .groups(let error):
                throw failure("cannot read the groups: \(error.sentence)", status: Status.system)
            }
        }
    }

    private func answer(_ canBind: Bool, _ reason: ByteString) throws {
        if json { try printJSON(CanBindAnswer(canBind: canBind, reason: reason.jsonText)) }
    }
}

private struct CanBindAnswer: Encodable {
    let schema = "lowport.can-bind/1"
    let canBind: Bool
    let reason: String
}
