// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The names of ports (services(5)).
package enum Services {
    /// The port with the name `name`, of TCP if it has several; nil if there is none.
    ///
    /// The corresponding C function is getservbyname(3).
    package static func port(named name: ByteString) -> Port? {
        guard !name.isEmpty, !name.bytes.contains(0) else { return nil }
        for transport in TransportProtocol.words {
            if let port = NameLookup.port(of: name, transport) { return port }
        }
        return nil
    }
}
