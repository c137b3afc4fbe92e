// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// An entry for the journal of systemd, in its native protocol (systemd.journal-fields(7), "Native Journal Protocol").
package struct JournalEntry: Hashable, Sendable {
    /// The bytes of the datagram.
    package private(set) var bytes: [UInt8] = []

    /// Creates an entry without fields.
    package init() {}

    /// Adds a field.
    /// - Parameters:
    ///   - name: capital letters, digits and underscores; a letter first.
    ///   - value: any bytes.
    package mutating func add(_ name: ByteString, _ value: ByteString) {
        bytes += name.bytes
        if value.bytes.contains(UInt8(ascii: "\n")) {
            // The length as 64 bits, little-endian, so that the value may have line feeds.
            bytes.append(UInt8(ascii: "\n"))
            for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: UInt64(value.count) >> UInt64(8 * shift))) }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes += value.bytes
        bytes.append(UInt8(ascii: "\n"))
    }
}

extension FileDescriptor {
    /// Connects to the journal of systemd, `/run/systemd/journal/socket`. Sending there never waits.
    ///
    /// The corresponding system calls are socket(2) and connect(2).
    package static func journal() throws(Errno) -> FileDescriptor {
        let socket = try unixSocket(Int32(clinux_SOCK_DGRAM | clinux_SOCK_NONBLOCK))
        try socket.connect(to: UnixAddress("/run/systemd/journal/socket"))
        return socket
    }
}
