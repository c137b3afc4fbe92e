// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The network interfaces (netdevice(7)).
package enum NetworkInterface {
    /// The name of the interface with the number `index`, "eth0"; nil if there is none.
    ///
    /// The corresponding C function is if_indextoname(3).
    package static func name(of index: UInt32) -> ByteString? {
        var text = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
        let isThere = unsafe text.withUnsafeMutableBufferPointer {
            unsafe if_indextoname(index, $0.baseAddress) != nil
        }
        return isThere ? ByteString(terminated: text) : nil
    }

    /// The number of the interface with the name `name`; nil if there is none.
    ///
    /// The corresponding C function is if_nametoindex(3).
    package static func index(of name: ByteString) -> UInt32? {
        let index = unsafe name.withCString { unsafe if_nametoindex($0) }
        return index == 0 ? nil : index
    }
}
