// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux
internal import LowportPolicy
internal import LowportRunCommand

/// `lowport can-bind`.
struct CanBind: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "can-bind",
        abstract: "Say with the exit status whether you can bind a port.",
        discussion: """
            Says nothing, unless --json is given. Ends with 0 if this process can bind the
            port, by itself or through lowport run and authbind, with 1 if not, and with
            another status if that cannot be found out. It is tried: for a moment, a socket
            that does not listen is bound. Without --on, it has to work for 0.0.0.0 and for
            ::, which stands for a socket that takes IPv4 as well.

            EXAMPLES
              lowport can-bind 80 && exec lowport run nc -l -p 80
              lowport can-bind domain --udp --on 127.0.0.1
            """
    )

    @Argument(
        help: "The port: a number or a service name (https).",
        completion: .shellCommand("getent services | grep -o '^[a-zA-Z0-9_.+-]*'"),
        transform: PortList.parseOne
    )
    var port: PortList

    @OptionGroup var transport: TransportOptions

    @Option(help: ArgumentHelp("The address.", valueName: "address"), transform: AddressArgument.parse)
    var on: AddressArgument?

    @Flag(help: "Write JSON (schema lowport.can-bind/1).")
    var json = false

    func validate() throws {
        _ = try transport.transport(of: port)
    }

    /// Answers what lowport(8) does not answer itself, and reports why there is no answer.
    func run() throws {
        let found: BindAnswer
        let transport = try transport.transport(of: port)
        do throws(BindPermission.LookupError) {
            found = try BindAnswer(port.port, transport, on: on?.address, scope: on?.scope ?? 0)
        } catch {
            switch error {
            case .groups(let error):
                throw failure("cannot read the groups: \(error.sentence)", status: Status.system)
            }
        }
        if json { try printJSON(CanBindAnswer(canBind: found.canBind, reason: found.reason.jsonText)) }
        if !found.canBind { throw Status.no }
    }
}

private struct CanBindAnswer: Encodable {
    let schema = "lowport.can-bind/1"
    let canBind: Bool
    let reason: String
}
