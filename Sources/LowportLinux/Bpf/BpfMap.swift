// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The map types used here (`enum bpf_map_type` of `<linux/bpf.h>`).
package enum BpfMapKind: UInt32, Sendable {
    case hash = 1
    case array = 2
    case longestPrefix = 11
    case ringBuffer = 27

    /// `BPF_F_NO_PREALLOC` for hash and, as required, longest-prefix maps.
    fileprivate var flags: UInt32 { self == .longestPrefix || self == .hash ? 1 : 0 }
}

/// A table in the kernel that BPF programs access (bpf(2)).
package struct BpfMap: ~Copyable, Sendable {
    /// The descriptor that keeps it alive.
    package let descriptor: FileDescriptor
    private let valueSize: Int

    /// Creates a map. Throws EPERM without `CAP_BPF`, ENOSYS or EINVAL if the kernel lacks such maps.
    /// - Parameters:
    ///   - kind: the map type.
    ///   - name: at most 15 bytes, for listings of maps.
    ///   - keySize: bytes of a key; 0 for a ring buffer.
    ///   - valueSize: bytes of a value; 0 for a ring buffer.
    ///   - capacity: the most entries; for a ring buffer its bytes, a power of two and whole pages.
    ///   - isPreallocated: whether a hash map has memory for all entries from the start, so that programs at tracepoints
    ///     may add some.
    package init(
        _ kind: BpfMapKind,
        name: ByteString,
        keySize: Int,
        valueSize: Int,
        capacity: Int,
        isPreallocated: Bool = false
    ) throws(Errno) {
        let (key, value, entries) = (UInt32(keySize), UInt32(valueSize), UInt32(capacity))
        let flags = isPreallocated ? 0 : kind.flags
        let map = try valueOrErrno(.bpf) {
            unsafe name.withCString { unsafe clinux_bpf_map_create(kind.rawValue, key, value, entries, flags, $0) }
        }
        descriptor = FileDescriptor(owning: map)
        self.valueSize = valueSize
    }

    /// Takes over an open descriptor of a map with values of `valueSize` bytes.
    package init(_ descriptor: consuming FileDescriptor, valueSize: Int) {
        self.descriptor = descriptor
        self.valueSize = valueSize
    }

    /// Sets the value at `key`, replacing the old value.
    package func set(_ key: [UInt8], _ value: [UInt8]) throws(Errno) {
        var value = value
        try element(BPF_MAP_UPDATE_ELEM, key, &value)
    }

    /// Adds `value` at `key`. Throws EEXIST if `key` has one.
    package func insert(_ key: [UInt8], _ value: [UInt8]) throws(Errno) {
        var value = value
        try element(BPF_MAP_UPDATE_ELEM, key, &value, flags: 1)
    }

    /// The value at `key`; nil if there is none.
    package func value(at key: [UInt8]) throws(Errno) -> [UInt8]? {
        var value = [UInt8](repeating: 0, count: valueSize)
        do throws(Errno) { try element(BPF_MAP_LOOKUP_ELEM, key, &value) } catch {
            if error == .noSuchFile { return nil }
            throw error
        }
        return value
    }

    /// Removes the value at `key`, if there is one.
    package func remove(_ key: [UInt8]) throws(Errno) {
        var nothing: [UInt8] = []
        do throws(Errno) { try element(BPF_MAP_DELETE_ELEM, key, &nothing) } catch {
            if error != .noSuchFile { throw error }
        }
    }

    /// All keys, each of `size` bytes.
    package func keys(size: Int) throws(Errno) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        var next = [UInt8](repeating: 0, count: size)
        while true {
            do throws(Errno) { try element(BPF_MAP_GET_NEXT_KEY, keys.last, &next) } catch {
                if error == .noSuchFile { return keys }
                throw error
            }
            keys.append(next)
        }
    }

    /// Makes the map read-only for system calls, for ever.
    package func freeze() throws(Errno) {
        let map = descriptor.rawValue
        try nothingOrErrno(.bpf) { clinux_bpf_map_freeze(map) }
    }

    private func element(
        _ command: bpf_cmd,
        _ key: [UInt8]?,
        _ value: inout [UInt8],
        flags: UInt64 = 0
    ) throws(Errno) {
        let map = descriptor.rawValue
        // The kernel requires a null pointer for an empty argument.
        let (isFirst, isAlone) = (key == nil, value.isEmpty)
        try nothingOrErrno(.bpf) {
            unsafe (key ?? []).withUnsafeBytes { key in
                unsafe value.withUnsafeMutableBytes { value in
                    unsafe clinux_bpf_map_element(
                        Int32(command.rawValue),
                        map,
                        isFirst ? nil : key.baseAddress,
                        isAlone ? nil : value.baseAddress,
                        flags
                    )
                }
            }
        }
    }
}
