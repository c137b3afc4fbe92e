// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// The access control list of a file (acl(5)), as the kernel keeps it in an extended attribute.
struct AccessControlList {
    /// The tags of entries, from linux/posix_acl.h.
    private enum Tag { static let (user, owningGroup, group): (UInt16, UInt16, UInt16) = (0x02, 0x04, 0x08) }

    private struct Entry {
        let tag: UInt16
        let permissions: UInt16
        let identifier: UInt32
    }

    private let entries: [Entry]
    private let status: FileStatus

    /// Reads the list of the file at `path`; nil if it has none but its mode.
    init?(of path: ByteString) {
        guard let status = try? FileStatus(of: path),
            let value = try? readAttribute(.accessList, of: path, followLinks: true, limit: 65536)
        else { return nil }
        self.status = status
        // A version, and then eight bytes an entry, in the order of a little-endian processor.
        entries = stride(from: 4, to: value.count - 7, by: 8).map { start in
            let bytes = value[start..<start + 8].map { UInt32($0) }
            return Entry(
                tag: UInt16(bytes[0] | bytes[1] << 8),
                permissions: UInt16(bytes[2] | bytes[3] << 8),
                identifier: bytes[4] | bytes[5] << 8 | bytes[6] << 16 | bytes[7] << 24
            )
        }
    }

    /// Whether the entry for the user of `request`, or those for the user's groups, lack a permission: chmod(1) changes
    /// none of them.
    func denies(_ kind: AccessKind, to request: BindRequest) -> Bool {
        let bit: UInt16
        switch kind {
        case .execute: bit = 1
        case .write: bit = 2
        case .read: bit = 4
        case .exists: return false
        }
        if request.user == status.owner { return false }
        if let own = entries.first(where: { $0.tag == Tag.user && $0.identifier == request.user.rawValue }) {
            return own.permissions & bit == 0
        }
        let groups = entries.filter { entry in
            switch entry.tag {
            case Tag.owningGroup: request.groups.contains(status.group)
            case Tag.group: request.groups.contains(GroupID(rawValue: entry.identifier))
            default: false
            }
        }
        return !groups.isEmpty && groups.allSatisfy { $0.permissions & bit == 0 }
    }
}
