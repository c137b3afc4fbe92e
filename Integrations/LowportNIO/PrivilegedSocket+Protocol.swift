// SPDX-License-Identifier: Apache-2.0
#if NIO
import LowportSockets

extension PrivilegedSocket {
    /// Makes a socket of the protocol that a bootstrap is for: an address that names the other one is an error.
    static func listen(
        on transport: ListenAddress.Transport,
        _ address: String,
        options: Options
    ) throws(PrivilegedSocketError) -> PrivilegedSocket {
        let prefix = "\(transport):"
        return try listen(on: address.hasPrefix(prefix) ? address : prefix + address, options: options)
    }
}
#endif
