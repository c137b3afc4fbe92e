// SPDX-License-Identifier: Apache-2.0
internal import LowportCTLS
package import LowportLinux

/// Why a connection could not be encrypted.
package struct TLSError: Error, Equatable, Sendable {
    /// The reason as text.
    package let message: ByteString
}

/// An encrypted connection over a non-blocking socket (TLS 1.2 and 1.3, RFC 8446), or over a socket of datagrams (DTLS 1.2,
/// RFC 6347).
@safe
package final class TLSSession {
    private let connection: OpaquePointer
    private let socket: InheritedDescriptor
    private let settings: NativeSettings
    /// Whether the peer closed the connection without close_notify: data may be missing.
    package private(set) var wasTruncated = false
    /// Why the connection failed after the handshake: an alert of the peer, or data that is not its own; nil if it did not.
    package private(set) var failure: ByteString?

    /// Prepares a connection; nothing is sent yet. Loads OpenSSL if that has not been done.
    package init(_ settings: TLSSettings, over socket: InheritedDescriptor) throws(TLSError) {
        if let message = unsafe ctls_load() { throw TLSError(message: unsafe ByteString(cString: message)) }
        self.socket = socket
        self.settings = NativeSettings(settings)
        var message = [CChar](repeating: 0, count: 512)
        let made = unsafe ctls_new(self.settings.native, socket.rawValue, &message, message.count)
        guard let made = unsafe made else { throw TLSError(message: TLSSession.text(message)) }
        unsafe connection = made
    }

    deinit { unsafe ctls_free(connection) }

    private static func text(_ buffer: [CChar]) -> ByteString {
        ByteString(buffer.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) })
    }

    /// Why the last call failed.
    private var explanation: ByteString {
        var message = [CChar](repeating: 0, count: 512)
        unsafe ctls_explain(connection, &message, message.count)
        return TLSSession.text(message)
    }

    /// For a server of datagrams whose socket is not connected yet: answers the next datagram without remembering it.
    /// - Returns: whether its sender has proven its address (RFC 6347, 4.2.1). The handshake is then to be done with this
    ///   sender, over the socket connected to it.
    package func listen() -> Bool { unsafe ctls_listen(connection) == 1 }

    /// For a server of datagrams: takes the address that the socket is connected to for the peer.
    package func takePeer() { unsafe ctls_set_peer(connection) }

    /// Does the TLS handshake, and verifies the peer's certificate if that is set. With datagrams, what was lost is sent again.
    /// - Parameter deadline: when to give up; nil means never, for datagrams after 12 attempts.
    package func handshake(until deadline: Instant?) throws(TLSError) {
        while true {
            let outcome = unsafe ctls_handshake(connection)
            if outcome == 1 { return }
            let events: PollEvents
            switch outcome {
            case Int(ctls_wants_read.rawValue): events = .readable
            case Int(ctls_wants_write.rawValue): events = .writable
            default: throw TLSError(message: explanation)
            }
            guard try wait(for: events, until: deadline) else { throw TLSError(message: "handshake: timed out") }
        }
    }

    /// Waits for `events`, or for the time to send again. Returns false when `deadline` or the last attempt has passed.
    private func wait(for events: PollEvents, until deadline: Instant?) throws(TLSError) -> Bool {
        let left = unsafe ctls_timeout(connection)
        let again = left < 0 ? nil : Instant.now + Milliseconds(rawValue: left)
        var until = deadline
        if let again { until = min(deadline ?? again, again) }
        do throws(Errno) {
            if try socket.wait(for: events, until: until) { return true }
        } catch {
            throw TLSError(message: error.message)
        }
        if let deadline, deadline <= Instant.now { return false }
        return unsafe ctls_send_again(connection) == 1
    }

    /// The negotiated parameters, one line each: version and cipher; the fingerprint of the peer's certificate.
    package var description: [ByteString] {
        var text = [CChar](repeating: 0, count: 512)
        unsafe ctls_describe(connection, &text, text.count)
        return TLSSession.text(text).split(on: 0x0A)
    }

    /// Whether data can be read although the socket is not readable.
    package var hasPending: Bool { unsafe ctls_has_pending(connection) == 1 }

    /// Reads into the free space of `buffer`; returns 0 at end of file. Throws EAGAIN if there is no data, and ECONNRESET if
    /// the connection failed.
    package func read(into buffer: Buffer, limit: Int) throws(Errno) -> Int {
        unsafe try buffer.fill(limit: limit) { memory, size throws(Errno) in
            let count = unsafe ctls_read(connection, memory, size)
            if count == ctls_cut_off.rawValue {
                wasTruncated = true
                if unsafe ctls_was_reset(connection) != 0 { throw .connectionReset }
                return 0
            }
            return try value(count)
        }
    }

    /// Writes as much of `buffer` as the socket accepts. Throws EAGAIN if it accepts nothing.
    package func write(from buffer: Buffer, limit: Int) throws(Errno) -> Int {
        unsafe try buffer.drain(limit: limit) { memory, size throws(Errno) in
            let count = unsafe ctls_write(connection, memory, size)
            if count == ctls_cut_off.rawValue || count == ctls_end.rawValue { throw .brokenPipe }
            return try value(count)
        }
    }

    private func value(_ count: Int) throws(Errno) -> Int {
        if count >= 0 { return count }
        guard count == ctls_failed.rawValue else { throw .wouldBlock }
        if failure == nil { failure = explanation }
        throw .connectionReset
    }

    /// Ends the sending side.
    package func shutDown() { unsafe ctls_shut_down(connection) }

    /// Waits for the verdict on our certificate, if the server asked for one: in TLS 1.3 it comes after the handshake, as an
    /// alert (RFC 8446, 4.4.2.4). The sending side has ended before; what the server sends is dropped.
    /// - Parameter deadline: when to take silence for consent.
    package func waitForVerdict(until deadline: Instant) {
        guard unsafe ctls_was_asked(connection) == 1 else { return }
        let buffer = Buffer(capacity: 1 << 14)
        while failure == nil {
            do throws(Errno) {
                guard try read(into: buffer, limit: .max) > 0 else { return }
                buffer.remove(buffer.count)
            } catch {
                guard error == .wouldBlock, (try? socket.wait(for: .readable, until: deadline)) == true else { return }
            }
        }
    }
}
