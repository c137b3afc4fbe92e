// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The devices of file systems as the kernel has them in its own structures, by the device that stat(2) shows: the two
/// differ where a file system makes up a device for its files, as Btrfs and overlay do.
package struct KernelDevices: Sendable {
    private var devices: [UInt64: UInt32] = [:]

    /// Creates a table of devices that are not looked up yet.
    package init() {}

    /// Returns the identity of the file that is open as `file` in the kernel's own structures; nil if its mount is not
    /// listed in this mount namespace.
    package mutating func inode(of file: borrowing FileDescriptor, _ status: FileStatus) -> ProgramInode? {
        guard let device = devices[status.device] ?? (try? file.fileSystemDevice()) else { return nil }
        devices[status.device] = device
        return ProgramInode(device: device, number: status.inode)
    }

    /// Returns the identity of the file at `path`, with all symbolic links followed; nil if there is none.
    package mutating func inode(ofFileAt path: ByteString) -> ProgramInode? {
        guard let file = try? FileDescriptor.open(path, .pathOnly), let status = try? file.status() else { return nil }
        return inode(of: file, status)
    }
}
