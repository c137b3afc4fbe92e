// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Finds objects of bpf(2) by ID, whatever process holds them. Most of it needs `CAP_SYS_ADMIN`.
package enum BpfObjects {
    /// The IDs of all links.
    ///
    /// Throws EPERM without `CAP_SYS_ADMIN`, and EINVAL before Linux 5.8.
    package static func links() throws(Errno) -> [UInt32] {
        var found: [UInt32] = []
        var identifier: UInt32 = 0
        while true {
            do throws(Errno) { try nothingOrErrno(.bpf) { unsafe clinux_bpf_next_link(&identifier) } } catch {
                if error == .noSuchFile { return found }
                throw error
            }
            found.append(identifier)
        }
    }

    /// The IDs of the programs attached to the control group itself, by links or directly. Needs `CAP_NET_ADMIN`.
    package static func programs(
        attachedTo cgroup: borrowing some Descriptor & ~Copyable,
        _ attachment: BpfAttachment
    ) throws(Errno) -> [UInt32] {
        let cgroup = cgroup.rawValue
        var identifiers = [UInt32](repeating: 0, count: 64)
        while true {
            var count = UInt32(identifiers.count)
            do throws(Errno) {
                try nothingOrErrno(.bpf) {
                    unsafe identifiers.withUnsafeMutableBufferPointer {
                        unsafe clinux_bpf_query(cgroup, attachment.rawValue, $0.baseAddress, &count)
                    }
                }
                return Array(identifiers.prefix(Int(count)))
            } catch {
                guard error == .noSpace, identifiers.count < 1 << 16 else { throw error }
                identifiers = [UInt32](repeating: 0, count: identifiers.count * 4)
            }
        }
    }
}

extension BpfLink {
    /// The link with the ID `identifier`. Throws EPERM without `CAP_SYS_ADMIN`.
    package static func existing(_ identifier: UInt32) throws(Errno) -> BpfLink {
        BpfLink(FileDescriptor(owning: try valueOrErrno(.bpf) { clinux_bpf_link_by_id(identifier) }))
    }
}

extension BpfProgram {
    /// The IDs of the maps that it uses.
    package func maps() throws(Errno) -> [UInt32] {
        let program = descriptor.rawValue
        var identifiers = [UInt32](repeating: 0, count: 64)
        var count = UInt32(identifiers.count)
        try nothingOrErrno(.bpf) {
            unsafe identifiers.withUnsafeMutableBufferPointer {
                unsafe clinux_bpf_program_maps(program, $0.baseAddress, &count)
            }
        }
        return Array(identifiers.prefix(Int(count)))
    }
}

extension BpfMap {
    /// The map with the ID `identifier`, with values of `valueSize` bytes. Throws EPERM without `CAP_SYS_ADMIN`.
    package static func existing(_ identifier: UInt32, valueSize: Int) throws(Errno) -> BpfMap {
        BpfMap(
            FileDescriptor(owning: try valueOrErrno(.bpf) { clinux_bpf_map_by_id(identifier) }),
            valueSize: valueSize
        )
    }

    /// What a map is.
    package struct Status: Hashable, Sendable {
        /// The ID of the map.
        package let identifier: UInt32
        /// The name that it was made with.
        package let name: ByteString
        /// The bytes of a key.
        package let keySize: Int
        /// The bytes of a value.
        package let valueSize: Int
        /// The most entries; of a ring buffer, its bytes.
        package let capacity: Int
    }

    /// Queries the kernel for the map.
    package func status() throws(Errno) -> Status {
        let map = descriptor.rawValue
        var info = clinux_bpf_map()
        try nothingOrErrno(.bpf) { unsafe clinux_bpf_map_info(map, &info) }
        let name = unsafe withUnsafeBytes(of: info.name) { unsafe Array($0.prefix { $0 != 0 }) }
        return Status(
            identifier: info.identifier,
            name: ByteString(name),
            keySize: Int(info.key_size),
            valueSize: Int(info.value_size),
            capacity: Int(info.entries)
        )
    }
}
