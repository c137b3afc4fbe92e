// SPDX-License-Identifier: Apache-2.0
internal import CTLS
public import Linux

/// Why a connection could not be encrypted.
public struct TLSError: Error, Equatable, Sendable {
    /// The reason as text.
    public let message: ByteString
}

/// An encrypted connection over a non-blocking socket (TLS 1.2 and 1.3, RFC 8446).
@safe
public final class TLSSession {
    private let connection: UnsafeMutableRawPointer
    private let socket: InheritedDescriptor
    private let settings: NativeSettings
    /// Whether the peer closed the connection without close_notify: data may be missing.
    public private(set) var wasTruncated = false

    /// Prepares a connection; nothing is sent yet. Loads OpenSSL if that has not been done.
    public init(_ settings: TLSSettings, over socket: InheritedDescriptor) throws(TLSError) {
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

    /// Does the TLS handshake, and verifies the peer's certificate if that is set.
    public func handshake(until deadline: Instant?) throws(TLSError) {
        var message = [CChar](repeating: 0, count: 512)
        while true {
            let outcome = unsafe ctls_handshake(connection, &message, message.count)
            if outcome == 1 { return }
            if outcome == ctls_failed.rawValue { throw TLSError(message: TLSSession.text(message)) }
            let events: PollEvents = outcome == ctls_wants_write.rawValue ? .writable : .readable
            guard (try? socket.wait(for: events, until: deadline)) == true else {
                throw TLSError(message: "handshake: timed out")
            }
        }
    }

    /// The negotiated parameters, one line each: version and cipher; the fingerprint of the peer's certificate.
    public var description: [ByteString] {
        var text = [CChar](repeating: 0, count: 512)
        unsafe ctls_describe(connection, &text, text.count)
        return TLSSession.text(text).split(on: 0x0A)
    }

    /// Whether data can be read although the socket is not readable.
    public var hasPending: Bool { unsafe ctls_has_pending(connection) == 1 }

    /// Reads into the free space of `buffer`; returns 0 at end of file. Throws EAGAIN if there is no data.
    public func read(into buffer: Buffer, limit: Int) throws(Errno) -> Int {
        unsafe try buffer.fill(limit: limit) { memory, size throws(Errno) in
            let count = unsafe ctls_read(connection, memory, size)
            if count == ctls_truncated.rawValue {
                wasTruncated = true
                return 0
            }
            return try value(count)
        }
    }

    /// Writes as much of `buffer` as the socket accepts. Throws EAGAIN if it accepts nothing.
    public func write(from buffer: Buffer, limit: Int) throws(Errno) -> Int {
        unsafe try buffer.drain(limit: limit) { memory, size throws(Errno) in
            let count = unsafe ctls_write(connection, memory, size)
            if count == ctls_truncated.rawValue || count == ctls_end.rawValue { throw .brokenPipe }
            return try value(count)
        }
    }

    private func value(_ count: Int) throws(Errno) -> Int {
        if count >= 0 { return count }
        throw count == Int(ctls_failed.rawValue) ? .connectionReset : .wouldBlock
    }

    /// Ends the sending side.
    public func shutDown() { unsafe ctls_shut_down(connection) }
}
