// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Why a setting of the kernel could not be changed.
enum SettingError: Error {
    /// A system call failed.
    case failure(ByteString, Errno)
    /// A user other than root may change the directory of the settings, or a directory above it.
    case weak(PathWeakness)
}

/// The first unprivileged port, now and after the next reboot.
struct PersistentSetting {
    private let number: UInt32

    static func threshold(_ number: UInt32) -> PersistentSetting { PersistentSetting(number: number) }

    private static let directory: ByteString = "/etc/sysctl.d"
    private static let name: ByteString = "99-lowport.conf"

    /// Writes the file of sysctl.d(5) first, and then sets the value in the kernel: a reboot never forgets a value in
    /// force.
    func store() throws(SettingError) {
        let directory = try openDirectory()
        do throws(Errno) { try writeFile(in: directory) } catch {
            throw .failure("\(Self.directory)/\(Self.name)", error)
        }
        do throws(Errno) { try PortThreshold.set(number) } catch { throw .failure(PortThreshold.path, error) }
    }

    /// Opens the directory of the settings, and creates it if it is missing.
    private func openDirectory() throws(SettingError) -> FileDescriptor {
        let etc = try trustedDirectory("/etc")
        do throws(Errno) { try etc.file.makeDirectory("sysctl.d", mode: FileMode(rawValue: 0o755)) } catch {
            if error != .fileExists { throw .failure(Self.directory, error) }
        }
        let resolved = try trustedDirectory(Self.directory)
        do throws(Errno) { return try resolved.open([.readOnly, .directory]) } catch {
            throw .failure(Self.directory, error)
        }
    }

    /// The directory at `path`, reached without a symbolic link; only root may change it and the directories above it.
    private func trustedDirectory(_ path: ByteString) throws(SettingError) -> ResolvedPath {
        let resolved = try Self.resolve(path)
        guard resolved.status.kind == .directory else { throw .failure(path, .notDirectory) }
        if let weakness = resolved.weakDirectory() ?? resolved.weakFile() { throw .weak(weakness) }
        return resolved
    }

    private static func resolve(_ path: ByteString) throws(SettingError) -> ResolvedPath {
        do throws(PathError) { return try ResolvedPath(path) } catch { throw .failure(error.path, error.error) }
    }

    private func writeFile(in directory: borrowing FileDescriptor) throws(Errno) {
        let temporary: ByteString = ".\(Self.name).new"
        try? directory.unlink(temporary)
        do throws(Errno) {
            let file = try FileDescriptor.open(temporary, [.writeOnly, .create, .exclusive, .noFollow], in: directory)
            try file.write(
                "# Written by lowport(8): from this port on, everybody may bind.\n\(PortThreshold.key) = \(number)\n"
            )
            try file.setMode(FileMode(rawValue: 0o644))
            try file.synchronize()
            try file.close()
            try directory.rename(temporary, to: Self.name)
        } catch {
            try? directory.unlink(temporary)
            throw error
        }
        try directory.synchronize()
    }
}
