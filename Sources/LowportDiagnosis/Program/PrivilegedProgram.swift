// SPDX-License-Identifier: Apache-2.0
package import LowportCapabilities
package import LowportLinux

/// A program that may bind every port because of its file capabilities.
package struct PrivilegedProgram {
    /// The path, as it was found.
    package let path: ByteString
    /// The capabilities of the file.
    package let capabilities: FileCapabilities

    /// The programs in the directories of PATH, each once, in the order in which a shell finds them.
    package static func alongPath() -> [PrivilegedProgram] {
        let path = Environment.value(of: "PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        var seen: Set<[UInt64]> = []
        var programs: [PrivilegedProgram] = []
        for directory in path.split(on: UInt8(ascii: ":")) where !directory.isEmpty {
            // /bin is /usr/bin on most machines.
            guard let status = try? FileStatus(of: directory), seen.insert([status.device, status.inode]).inserted,
                let names = try? FileDescriptor.open(directory, [.readOnly, .directory]).names()
            else { continue }
            for name in names.sorted() {
                let program: ByteString = "\(directory)/\(name)"
                guard let found = try? FileCapabilities(ofFile: program), found.permitted.contains(.netBindService),
                    let status = try? FileStatus(of: program), seen.insert([status.device, status.inode]).inserted
                else { continue }
                programs.append(PrivilegedProgram(path: program, capabilities: found))
            }
        }
        return programs
    }
}
