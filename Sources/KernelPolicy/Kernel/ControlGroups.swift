// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The hierarchy of control groups of version 2 (cgroups(7)).
public enum ControlGroups {
    /// Where the hierarchy is mounted, as `mountinfo`, the content of /proc/self/mountinfo, says; nil if it is not.
    ///
    /// It is at /sys/fs/cgroup on most machines, and at /sys/fs/cgroup/unified where version 1 has that place.
    public static func root(in mountinfo: ByteString) -> ByteString? {
        for line in mountinfo.split(on: UInt8(ascii: "\n")) {
            let words = line.split(on: UInt8(ascii: " "))
            // Six fields, as many tags as there are, a dash, the type.
            guard let dash = words.dropFirst(6).firstIndex(of: "-"), dash + 1 < words.count else { continue }
            if words[dash + 1] == "cgroup2" { return unescaped(words[4]) }
        }
        return nil
    }

    /// Opens the folder at `path`, or the root of the hierarchy.
    static func open(_ path: ByteString?) throws(EnforcementError) -> FileDescriptor {
        var found = path
        if found == nil {
            let mountinfo = try attempt("read /proc/self/mountinfo") { () throws(Errno) in
                try FileDescriptor.open("/proc/self/mountinfo", .readOnly).readToEnd(limit: 16 << 20)
            }
            found = root(in: ByteString(mountinfo))
        }
        guard let path = found else { throw .lacking("there are no control groups of version 2", nil) }
        return try attempt("open \(path)") { () throws(Errno) in
            try FileDescriptor.open(path, [.readOnly, .directory])
        }
    }

    /// What /proc/PID/cgroup calls the open folder of a control group; nil if it is mounted in an unknown way.
    static func name(of folder: borrowing FileDescriptor) -> ByteString? {
        guard let path = try? readLink("/proc/self/fd/\(folder.rawValue)"),
            let mountinfo = try? FileDescriptor.open("/proc/self/mountinfo", .readOnly).readToEnd(limit: 16 << 20),
            let root = root(in: ByteString(mountinfo))
        else { return nil }
        if path == root { return "/" }
        return path.hasPrefix(root + "/") ? ByteString(path.bytes.dropFirst(root.count)) : nil
    }

    /// Undoes the `\040` that the kernel writes for a blank.
    private static func unescaped(_ text: ByteString) -> ByteString {
        var (bytes, rest) = ([UInt8](), text.bytes[...])
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }),
                digits.first.map({ $0 <= 0x33 }) == true
            {
                bytes.append(digits.reduce(0) { $0 << 3 | ($1 - 0x30) })
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return ByteString(bytes)
    }
}
