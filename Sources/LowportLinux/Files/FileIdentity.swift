// SPDX-License-Identifier: Apache-2.0

/// What makes two names one file: the device and the inode number, as stat(2) shows them.
public struct FileIdentity: Hashable, Sendable {
    /// The device.
    public let device: UInt64
    /// The inode number.
    public let inode: UInt64

    /// Creates an identity.
    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

extension FileStatus {
    /// The identity of the file.
    public var identity: FileIdentity { FileIdentity(device: device, inode: inode) }
}
