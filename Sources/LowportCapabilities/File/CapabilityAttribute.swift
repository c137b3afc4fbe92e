// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A revision of the layout of the attribute `security.capability` (`<linux/capability.h>`, `struct vfs_ns_cap_data`).
///
/// The attribute consists of 32-bit words in little-endian order. The first has the revision in the top byte and the
/// effective flag in the lowest bit; then follow permitted and inheritable alternately, low words first, and in
/// revision 3 the root user.
package enum CapabilityAttributeRevision: UInt8, Sendable {
    /// 12 bytes, for 32 capabilities. Current kernels execute such files, but neither read nor write such an attribute.
    case v1 = 1
    /// 20 bytes, for 64 capabilities.
    case v2 = 2
    /// 24 bytes: revision 2 with the root user of a user namespace.
    case v3 = 3

    /// The size of the attribute in bytes.
    package var size: Int {
        switch self {
        case .v1: 12
        case .v2: 20
        case .v3: 24
        }
    }
}

/// Why bytes are not an attribute with file capabilities.
package enum CapabilityAttributeError: Error, Hashable, Sendable {
    /// The first word names none of the three revisions, or is missing.
    case unknownRevision
    /// The number of bytes does not fit the revision.
    case wrongSize
}

extension FileCapabilities {
    /// Decodes the value of the attribute `security.capability`.
    ///
    /// Flags other than the effective one are ignored, as execve(2) ignores them.
    package init(attribute: [UInt8]) throws(CapabilityAttributeError) {
        guard attribute.count >= 4, let revision = CapabilityAttributeRevision(rawValue: attribute[3]) else {
            throw .unknownRevision
        }
        guard attribute.count == revision.size else { throw .wrongSize }
        func word(_ index: Int) -> UInt32 {
            UInt32(littleEndianBytes: attribute[index * 4..<index * 4 + 4])
        }
        var (permitted, inheritable) = (UInt64(word(1)), UInt64(word(2)))
        if revision != .v1 {
            permitted |= UInt64(word(3)) << 32
            inheritable |= UInt64(word(4)) << 32
        }
        self.init(
            permitted: CapabilitySet(rawValue: permitted),
            inheritable: CapabilitySet(rawValue: inheritable),
            isEffective: word(0) & 1 != 0,
            rootUser: revision == .v3 ? UserID(rawValue: word(5)) : .root
        )
    }

    /// The value of the attribute: revision 2, or 3 if there is a root user, in little-endian order.
    package var attribute: [UInt8] {
        let revision: CapabilityAttributeRevision = rootUser == .root ? .v2 : .v3
        var words = [
            UInt32(revision.rawValue) << 24 | (isEffective ? 1 : 0),
            UInt32(truncatingIfNeeded: permitted.rawValue),
            UInt32(truncatingIfNeeded: inheritable.rawValue),
            UInt32(truncatingIfNeeded: permitted.rawValue >> 32),
            UInt32(truncatingIfNeeded: inheritable.rawValue >> 32),
        ]
        if revision == .v3 { words.append(rootUser.rawValue) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(revision.size)
        for word in words {
            for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return bytes
    }
}
