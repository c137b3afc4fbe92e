// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The hierarchy of version 2 control groups (cgroups(7)).
package enum ControlGroups {
    /// Returns the mount point of the hierarchy according to `mountinfo`, the content of /proc/self/mountinfo; nil if
    /// the hierarchy is not mounted.
    ///
    /// The mount point is /sys/fs/cgroup on most machines, and /sys/fs/cgroup/unified where version 1 is mounted at
    /// /sys/fs/cgroup.
    package static func root(in mountinfo: ByteString) -> ByteString? {
        for line in mountinfo.split(on: UInt8(ascii: "\n")) {
            let words = line.split(on: UInt8(ascii: " "))
            // Six fields, any number of optional fields, a dash, the file system type.
            guard let dash = words.dropFirst(6).firstIndex(of: "-"), dash + 1 < words.count else { continue }
            if words[dash + 1] == "cgroup2" { return unescaped(words[4]) }
        }
        return nil
    }

    /// Opens the root of the hierarchy, as far up as it is mounted here.
    static func openRoot() throws(EnforcementError) -> FileDescriptor {
        let mountinfo = try attempt("read /proc/self/mountinfo") { () throws(Errno) in
            try FileDescriptor.open("/proc/self/mountinfo", .readOnly).readToEnd(limit: 16 << 20)
        }
        guard let path = root(in: ByteString(mountinfo)) else {
            throw .lacking("there are no control groups of version 2", nil)
        }
        return try attempt("open \(path)") { () throws(Errno) in
            try FileDescriptor.open(path, [.readOnly, .directory])
        }
    }

    /// A control group to which the policy applies, and the root of its hierarchy, to which programs are attached.
    struct Opened: ~Copyable {
        let root: FileDescriptor
        /// Nil if the group is the root itself, so that the policy applies to all processes.
        let target: TargetGroup?
        /// The name of the group in /proc/PID/cgroup; nil if the hierarchy is mounted in an unknown way.
        let name: ByteString?
    }

    /// Opens the group with the directory `path`; nil opens the root.
    ///
    /// The depth of the group below the root of the whole hierarchy is counted step by step. That root is not visible
    /// inside a control group namespace.
    static func open(_ path: ByteString?) throws(EnforcementError) -> Opened {
        guard let path else { return Opened(root: try openRoot(), target: nil, name: "/") }
        let group = try attempt("open \(path)") { () throws(Errno) in
            try FileDescriptor.open(path, [.readOnly, .directory])
        }
        let inode = try inode(of: group)
        guard let inode else { throw .notControlGroup(path) }
        let visible = try openRoot()
        if try self.inode(of: visible) == inode { return Opened(root: visible, target: nil, name: "/") }
        let name = name(of: group)
        var directory = group
        var (number, level) = (inode, Int32(0))
        while number != rootInode {
            let above = try attempt("open the control group above \(path)") { () throws(Errno) in
                try FileDescriptor.open("..", [.readOnly, .directory], in: directory)
            }
            guard let next = try self.inode(of: above), next != number else {
                throw .lacking("the root of the hierarchy of control groups is not to be seen from here", nil)
            }
            directory = above
            (number, level) = (next, level + 1)
        }
        guard let name, name.count <= EngineSettings.nameLimit else {
            throw .lacking("\(path) has no name below the root of the hierarchy that could be kept", nil)
        }
        return Opened(root: directory, target: TargetGroup(inode: inode, level: level, name: name), name: name)
    }

    /// Returns the path of the directory of `group`, or of the root of the hierarchy if nil; nil if it is not to be seen
    /// from here under the name that it had.
    static func path(of group: TargetGroup?) -> ByteString? {
        guard let top = rootPath, let root = try? FileStatus(of: top), root.inode == rootInode else { return nil }
        guard let group else { return top }
        let path: ByteString = "\(top)\(group.name)"
        // Groups cannot be renamed; another with the same name has another number.
        return (try? FileStatus(of: path))?.inode == group.inode ? path : nil
    }

    /// Returns the path of the group `name`, as in /proc/PID/cgroup; nil if there is none, as far as is to be seen.
    package static func path(named name: ByteString) -> ByteString? {
        guard let top = rootPath else { return nil }
        let path = name == "/" ? top : "\(top)\(name)"
        return (try? FileStatus(of: path)) == nil ? nil : path
    }

    private static var rootPath: ByteString? {
        guard let file = try? FileDescriptor.open("/proc/self/mountinfo", .readOnly),
            let mountinfo = try? file.readToEnd(limit: 16 << 20)
        else { return nil }
        return root(in: ByteString(mountinfo))
    }

    /// Whether the group no longer exists, as far as the hierarchy is visible.
    static func isGone(_ group: TargetGroup) -> Bool {
        guard let root = try? openRoot(), (try? inode(of: root)) == .some(rootInode) else { return false }
        do throws(Errno) {
            let path = ByteString(group.name.bytes.dropFirst())
            return try FileStatus(of: path, in: root).inode != group.inode
        } catch { return error == .noSuchFile }
    }

    /// The inode number of the root of the whole hierarchy.
    static let rootInode: UInt64 = 1

    /// Returns the inode number of an open control group; nil if the file is not a control group.
    private static func inode(of directory: borrowing FileDescriptor) throws(EnforcementError) -> UInt64? {
        do throws(Errno) {
            return try directory.fileSystem().keepsControlGroups ? directory.status().inode : nil
        } catch { throw .failed("read the control group", error) }
    }

    /// Returns the name in /proc/PID/cgroup of an open control group; nil if the hierarchy is mounted in an unknown
    /// way.
    static func name(of directory: borrowing FileDescriptor) -> ByteString? {
        guard let path = try? readLink("/proc/self/fd/\(directory.rawValue)"),
            let mountinfo = try? FileDescriptor.open("/proc/self/mountinfo", .readOnly).readToEnd(limit: 16 << 20),
            let root = root(in: ByteString(mountinfo))
        else { return nil }
        if path == root { return "/" }
        return path.hasPrefix(root + "/") ? ByteString(path.bytes.dropFirst(root.count)) : nil
    }

    /// Decodes octal escapes such as `\040`, which the kernel writes for a space.
    private static func unescaped(_ text: ByteString) -> ByteString {
        var (bytes, rest) = ([UInt8](), text.bytes[...])
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3, let code = Digits.number(digits, base: 8, upTo: 255) {
                bytes.append(UInt8(code))
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return ByteString(bytes)
    }
}
