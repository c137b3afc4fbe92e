// SPDX-License-Identifier: Apache-2.0
internal import BindBroker
internal import Launch
internal import Linux
internal import PortPolicy

extension BindTrial {
    /// Tries the bind of `request` as its user, with the limits of this process; nil if this process cannot become that
    /// user, or if there is no lowport-run.
    static func of(_ request: BindRequest) -> BindTrial? {
        guard request.transport.isWord,
            case .success(let line) = probe(request.user, ["--bind", socket(of: request)])
        else { return nil }
        return BindTrial(line)
    }

    /// The socket in the words of lowport-run(1): for IPv6, with an address only if it takes no IPv4.
    private static func socket(of request: BindRequest) -> ByteString {
        let name = request.transport.name
        return switch request.address {
        case .v4(let address): "\(name):\(address):\(request.port)"
        case .v6 where request.isDualStack: "\(name):\(request.port)"
        case .v6(let address): "\(name):[\(address)]:\(request.port)"
        }
    }
}

/// The first line of `lowport-run --probe` with `options`, as `user`.
/// - Returns: the error of starting it as that user; EPERM if this process cannot become that user.
func probe(_ user: UserID, _ options: [ByteString] = []) -> Result<ByteString, Errno> {
    guard let program = Installation.path(of: "lowport-run") else { return .failure(.noSuchFile) }
    var arguments: [ByteString] = ["lowport-run", "--probe"] + options
    if user != CurrentProcess.realUser {
        guard CurrentProcess.effectiveUser == .root else { return .failure(.notPermitted) }
        arguments += ["--user", ByteString(decimal: user.rawValue)]
    }
    do throws(Errno) {
        let answer = try capturedOutput(ofProgramAt: program, arguments: arguments, limit: 4096)
        return .success(answer.text.split(on: UInt8(ascii: "\n")).first ?? "")
    } catch { return .failure(error) }
}
