// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Whether the broker works for what this process starts: the answer of `lowport-run --probe`, found by trying.
package enum BrokerTrial: Hashable, Sendable {
    /// It works, with its supervisor at this position.
    case works(Broker.Placement)
    /// It does not work, for this reason.
    case fails(Broker.StartError)

    /// Starts the supervisor of a child, which binds an unprivileged port under it.
    ///
    /// What the child becomes is lost when it ends, and nothing is bound or logged.
    /// - Parameters:
    ///   - path: the path of the helper; nil if it is not installed.
    ///   - placement: the required position of the supervisor; nil for any.
    package init(helper path: ByteString?, placement: Broker.Placement? = nil) {
        guard let path else {
            self = .fails(.helper(.missing))
            return
        }
        do throws(Errno) {
            var theirs: FileDescriptor?
            let ours = try FileDescriptor.messageChannel(peer: &theirs)
            let trial = try Trial {
                // A stand-in would tell the service manager of its program.
                ServiceManager.forget()
                let found = Self.inThisProcess(helper: path, placement)
                try? theirs?.send(found.byteString.bytes)
                return 0
            }
            theirs = nil
            let answer = ByteString((try? ours.receive(limit: 64))?.bytes ?? [])
            _ = try? trial.end()
            self = BrokerTrial(answer) ?? .fails(.killed)
        } catch { self = .fails(.failure(error)) }
    }

    private static func inThisProcess(helper path: ByteString, _ placement: Broker.Placement?) -> BrokerTrial {
        do throws(Broker.StartError) {
            let placement = try Broker.supervise(helper: path, placement: placement, startsHelper: true)
            do throws(Errno) {
                // Where there is no IPv4, no more can be tried.
                let socket = try FileDescriptor.socket(.v4, .udp)
                try socket.bind(to: SocketAddress(.v4(IPv4Address(rawValue: 0x7F00_0001)), Port(rawValue: 0)))
            } catch {
                // The supervisor has ended.
                if error == .noSystemCall { throw .failure(error) }
            }
            return .works(placement)
        } catch { return .fails(error) }
    }

    // MARK: - As text

    /// The answer as a line: `beside`, `above`, or a word for the reason with the number of an error.
    package var byteString: ByteString {
        switch self {
        case .works(.beside): "beside"
        case .works(.above): "above"
        case .fails(.helper(let obstacle)): "helper \(obstacle.word)"
        case .fails(.nested): "nested"
        case .fails(.killed): "killed"
        case .fails(.foreignProc): "no-proc"
        case .fails(.yama(let scope)): "yama \(UInt64(scope))"
        case .fails(.forbidden(let error)): "forbidden \(error.rawValue)"
        case .fails(.failure(let error)): "failure \(error.rawValue)"
        }
    }

    /// Parses a line that `byteString` gives; nil for any other.
    package init?(_ line: ByteString) {
        var words = line.split(on: UInt8(ascii: " "))
        var number: Int32?
        if let last = words.last, let found = Digits.canonicalNumber(last, upTo: 4095) {
            number = Int32(found)
            words.removeLast()
        }
        let error = number.map { Errno(rawValue: $0) }
        if words.count == 2, words[0] == "helper", let obstacle = HelperObstacle(word: words[1], error: error) {
            self = .fails(.helper(obstacle))
            return
        }
        guard words.count == 1 else { return nil }
        if let number {
            switch words[0] {
            case "yama": self = .fails(.yama(scope: Int(number)))
            case "forbidden": self = .fails(.forbidden(Errno(rawValue: number)))
            case "failure": self = .fails(.failure(Errno(rawValue: number)))
            default: return nil
            }
            return
        }
        switch words[0] {
        case "beside": self = .works(.beside)
        case "above": self = .works(.above)
        case "nested": self = .fails(.nested)
        case "killed": self = .fails(.killed)
        case "no-proc": self = .fails(.foreignProc)
        default: return nil
        }
    }
}
