// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Probes whether a UDP port is open: for a closed port, a machine may answer with an ICMP message.
enum DatagramProbe {
    /// Sends a byte a second, the last one at the end, and listens for a refusal.
    /// - Parameters:
    ///   - socket: a socket that is connected to the port.
    ///   - byte: the content of each datagram.
    ///   - limit: how long to listen; nil is three seconds.
    /// - Returns: false when the port is closed.
    static func isOpen(_ socket: InheritedDescriptor, sending byte: UInt8, within limit: Milliseconds?) -> Bool {
        let end = Instant.now + (limit ?? .seconds(3))
        let buffer = Buffer(capacity: 65536)
        // Sending the second byte reports a refusal of the first one.
        guard send(byte, socket, buffer), send(byte, socket, buffer) else { return false }
        repeat {
            let pause = min(end, Instant.now + .seconds(1))
            do throws(Errno) {
                if try socket.wait(for: .readable, until: pause) {
                    // An answer settles it.
                    return try socket.receive(into: buffer) >= 0
                }
            } catch {
                return false
            }
            guard send(byte, socket, buffer) else { return false }
        } while end.remaining > Milliseconds(rawValue: 0)
        return true
    }

    /// Sends a zero byte, once, and listens for a refusal, as ncat does.
    /// - Parameters:
    ///   - socket: a socket that is connected to the port.
    ///   - limit: how long to listen; nil is two seconds.
    static func isOpenForNcat(_ socket: InheritedDescriptor, within limit: Milliseconds?) -> Bool {
        let buffer = Buffer(capacity: 65536)
        guard send(0, socket, buffer) else { return false }
        do throws(Errno) {
            // An answer settles it.
            if try socket.wait(for: .readable, until: Instant.now + (limit ?? .seconds(2))) {
                return try socket.receive(into: buffer) >= 0
            }
            return true
        } catch {
            return false
        }
    }

    private static func send(_ byte: UInt8, _ socket: InheritedDescriptor, _ buffer: Buffer) -> Bool {
        buffer.replace(with: [byte])
        do throws(Errno) {
            return try socket.send(from: buffer) == 1
        } catch {
            return error != .connectionRefused
        }
    }
}
