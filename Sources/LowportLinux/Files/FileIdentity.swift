// SPDX-License-Identifier: Apache-2.0

/// What makes two names one file: the device and the inode number, as stat(2) shows them.
package struct FileIdentity: Hashable, Sendable {
    /// The device.
    package let device: UInt64
    /// The inode number.
    package let inode: UInt64

    /// Creates an identity.
    package init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

extension FileStatus {
    /// The identity of the file.
    package var identity: FileIdentity { FileIdentity(device: device, inode: inode) }
}
