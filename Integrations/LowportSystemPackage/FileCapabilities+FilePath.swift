// SPDX-License-Identifier: Apache-2.0
#if SystemPackage
public import LowportCapabilities
public import LowportLinux
public import SystemPackage

// Paths of Swift System may be of any bytes, and so are these.

extension FileCapabilities {
    /// Reads the capabilities of the file at `path`; nil if it has none. Throws as the form with bytes does.
    public init?(ofFile path: FilePath, followLinks: Bool = true) throws(LowportLinux.Errno) {
        try self.init(ofFile: ByteString(path), followLinks: followLinks)
    }

    /// Sets these capabilities on the regular file at `path`, which must not be a symbolic link. Needs CAP_SETFCAP.
    public func write(to path: FilePath) throws(LowportLinux.Errno) { try write(to: ByteString(path)) }

    /// Removes all capabilities of the regular file at `path`. Needs CAP_SETFCAP; throws ENODATA if it has none.
    public static func remove(from path: FilePath) throws(LowportLinux.Errno) { try remove(from: ByteString(path)) }
}

extension ByteString {
    fileprivate init(_ path: FilePath) {
        self.init(unsafe path.withPlatformString { unsafe ByteString(cString: $0) }.bytes)
    }
}
#endif
