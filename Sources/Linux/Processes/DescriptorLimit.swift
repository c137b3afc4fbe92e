// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// How many descriptors the process may have open at a time (`RLIMIT_NOFILE`, getrlimit(2)).
public enum DescriptorLimit {
    /// The limit; 0 if the kernel does not tell.
    public static var current: Int { Int(clamping: clinux_descriptor_limit()) }

    /// Raises the limit to `count`, or as far as the process may without a privilege. Does not lower it.
    ///
    /// Programs that use select(2) must not: it has no room for descriptors above 1023.
    public static func raise(to count: Int) { clinux_raise_descriptor_limit(UInt(count)) }
}
