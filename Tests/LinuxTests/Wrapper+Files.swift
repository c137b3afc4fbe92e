// SPDX-License-Identifier: Apache-2.0
import LowportLinux

extension Wrapper {
    /// Files and directories.
    static var files: [Wrapper] {
        let mode = FileMode(rawValue: 0o600)
        return [
            Wrapper("Access.checkAccess.access", .access) { try checkAccess(.read, to: "/") },
            Wrapper("Access.checkAccess.access", .access) { try nowhere.checkAccess(.read, to: "name") },
            Wrapper("Access.checkExecution.execute", .execute) { try checkExecution(of: "/") },
            Wrapper("Changes.synchronize.fsync", .fsync) { try nowhere.synchronize() },
            Wrapper("Changes.lockExclusively.flock", .flock) { try nowhere.lockExclusively() },
            Wrapper("Changes.tryToLockExclusively.flock", .flock) { _ = try nowhere.tryToLockExclusively() },
            Wrapper("Changes.setMode.chmod", .chmod) { try nowhere.setMode(mode) },
            Wrapper("Changes.setGroup.chown", .chown) { try nowhere.setGroup(.root) },
            Wrapper("Changes.makeDirectory.mkdir", .mkdir) { try nowhere.makeDirectory("name", mode: mode) },
            Wrapper("Changes.rename.rename", .rename) { try nowhere.rename("old", to: "new") },
            Wrapper("Changes.link.link", .link) { try nowhere.link("old", as: "new") },
            Wrapper("Changes.removeDirectory.unlink", .unlink) { try nowhere.removeDirectory("name") },
            Wrapper("Changes.unlink.unlink", .unlink) { try nowhere.unlink("name") },
            Wrapper("DirectoryEntries.seek.seek", .seek) {
                var entries = DirectoryEntries()
                try entries.seek(to: .start, of: nowhere)
            },
            Wrapper("DirectoryEntries.readBatch.getDirectoryEntries", .getDirectoryEntries) {
                _ = try nowhere.names()
            },
            Wrapper("DirectoryEntries.status.stat", .stat) {
                try withEntry { entries, entry in _ = try entries.status(of: entry, in: nowhere) }
            },
            Wrapper("DirectoryEntries.readValue.getAttribute", .getAttribute) {
                try withEntry { entries, entry in
                    _ = try entries.readAttribute(.capability, of: entry, in: nowhere, limit: 20)
                }
            },
            Wrapper("DirectoryEntries.readValue.getAttribute", .getAttribute) {
                try withEntry { entries, entry in
                    _ = try entries.readAttribute(.capability, ofEntryInWorkingDirectory: entry, limit: 20)
                }
            },
            // Only a call that is not there, or is forbidden, cannot read.
            Wrapper("DirectoryEntries.canReadAttributes.getAttribute", .getAttribute) {
                try answer(DirectoryEntries.canReadAttributes)
            },
            Wrapper("FileStatus.init.stat", .stat) { _ = try FileStatus(of: "/") },
            Wrapper("FileStatus.init.stat", .stat) { _ = try FileStatus(of: "name", in: nowhere) },
            Wrapper("FileStatus.status.stat", .stat) { _ = try nowhere.status() },
            Wrapper("FileSystem.fileSystem.stat", .stat) { _ = try nowhere.fileSystem() },
            Wrapper("OpenFile.open.open", .open) { _ = try FileDescriptor.open("/dev/null", .readOnly) },
            Wrapper("OpenFile.open.open", .open) { _ = try FileDescriptor.open("null", .readOnly, in: nowhere) },
            Wrapper("OpenFile.openWithoutLinks.openWithoutLinks", .openWithoutLinks) {
                _ = try FileDescriptor.openWithoutLinks("null", .readOnly, in: nowhere)
            },
            Wrapper("OpenedPath.duplicated.duplicate", .duplicate) { _ = try nowhere.duplicated() },
            Wrapper("OpenedPath.readLink.readLink", .readLink) { _ = try readLink("/proc/self") },
            Wrapper("OpenedPath.readLink.readLink", .readLink) { _ = try nowhere.linkTarget() },
            Wrapper("TemporaryDirectory.init.mkdir", .mkdir) {
                _ = try TemporaryDirectory("/tmp/lowport-", removing: [])
            },
            Wrapper("TemporaryDirectory.removeFile.unlink", .unlink) { try removeFile("/nonexistent/name") },
            Wrapper("Writers.hasWriter.fcntl", .fcntl) { _ = try nowhere.hasWriter() },
            Wrapper("WorkingDirectory.becomeWorkingDirectory.fcntl", .fcntl) { try nowhere.becomeWorkingDirectory() },
            Wrapper("WorkingDirectory.separateWorkingDirectory.prctl", .prctl) { try separateWorkingDirectory() },
            Wrapper("WorkingDirectory.workingDirectoryPath.getWorkingDirectory", .getWorkingDirectory) {
                _ = try workingDirectoryPath()
            },
            Wrapper("ExtendedAttributes.readAttribute.getAttribute", .getAttribute) {
                _ = try readAttribute(.capability, of: "/", followLinks: false, limit: 20)
            },
            Wrapper("ExtendedAttributes.readAttribute.getAttribute", .getAttribute) {
                _ = try nowhere.readAttribute(.capability, limit: 20)
            },
            Wrapper("ExtendedAttributes.attributeNames.listAttributes", .listAttributes) {
                _ = try attributeNames(of: "/", followLinks: true)
            },
            Wrapper("ExtendedAttributes.setAttribute.setAttribute", .setAttribute) {
                try setAttribute(.capability, of: "/nonexistent", to: [])
            },
            Wrapper("ExtendedAttributes.setAttribute.setAttribute", .setAttribute) {
                try nowhere.setAttribute(.capability, to: [])
            },
            Wrapper("ExtendedAttributes.removeAttribute.removeAttribute", .removeAttribute) {
                try removeAttribute(.capability, of: "/nonexistent")
            },
            Wrapper("ExtendedAttributes.removeAttribute.removeAttribute", .removeAttribute) {
                try nowhere.removeAttribute(.capability)
            },
        ]
    }

    /// Calls `body` with an entry of the root directory.
    private static func withEntry(_ body: (borrowing DirectoryEntries, DirectoryEntry) throws -> Void) throws {
        let root = try FileDescriptor.open("/", [.readOnly, .directory])
        var entries = DirectoryEntries()
        guard try entries.readBatch(of: root), let entry = entries.next() else { throw Errno.noSuchFile }
        try body(entries, entry)
    }
}
