// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// How many descriptors the process may have open at a time (`RLIMIT_NOFILE`, getrlimit(2)).
package enum DescriptorLimit {
    /// The limit; 0 if it cannot be read.
    package static var current: Int { Int(clamping: clinux_descriptor_limit()) }

    /// Raises the limit to `count`, or as far as the process may without privilege. Never lowers it.
    ///
    /// Programs that use select(2) must not call this: it cannot handle descriptors above 1023.
    package static func raise(to count: Int) { clinux_raise_descriptor_limit(UInt(count)) }

    /// Whether `count` more descriptors can be opened now.
    package static func hasRoom(for count: Int) -> Bool {
        if count == 0 { return true }
        guard let spare = try? FileDescriptor.open("/dev/null", .readOnly) else { return false }
        let hasRoom = hasRoom(for: count - 1)
        try? spare.close()
        return hasRoom
    }
}
