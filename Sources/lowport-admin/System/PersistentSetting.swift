// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Why a setting of the kernel could not be changed.
enum SettingError: Error {
    /// A system call failed; nothing is changed.
    case failure(ByteString, Errno)
    /// A system call failed after the kernel had the new value. All is as before, except what `leftovers` says, as
    /// clauses.
    case undone(ByteString, Errno, leftovers: [ByteString])
    /// A user other than root may change the directory of the settings, or a directory above it.
    case weak(PathWeakness)
}

/// The first unprivileged port, now and after the next reboot.
struct PersistentSetting {
    private let number: UInt32

    static func threshold(_ number: UInt32) -> PersistentSetting { PersistentSetting(number: number) }

    private static let directory: ByteString = "/etc/sysctl.d"
    private static let name: ByteString = "99-lowport.conf"
    private static let newName: ByteString = ".99-lowport.conf.new"
    private static let oldName: ByteString = ".99-lowport.conf.old"
    private static var path: ByteString { "\(directory)/\(name)" }

    /// Sets the value in the kernel, and writes the file of sysctl.d(5): both or neither.
    ///
    /// The new file is on the disk before the kernel is asked, so that little can fail afterwards. If that fails, the
    /// kernel and the file get back what they had.
    /// - Parameter current: the value in the kernel.
    func store(insteadOf current: UInt32) throws(SettingError) {
        let directory = try openDirectory()
        let before: Before
        do throws(Errno) { before = try writeFile(in: directory) } catch { throw .failure(Self.path, error) }
        do throws(Errno) { try PortThreshold.set(number) } catch {
            try? directory.unlink(Self.newName)
            try? directory.unlink(Self.oldName)
            throw .failure(PortThreshold.path, error)
        }
        do throws(Errno) { try Self.installFile(in: directory) } catch {
            var leftovers: [ByteString] = []
            if !Self.bringBack(before, in: directory) { leftovers.append("\(Self.path) may have the new number") }
            do throws(Errno) { try PortThreshold.set(current) } catch {
                leftovers.append("\(PortThreshold.key) is \(number) now, and could not be set back: \(error.sentence)")
            }
            throw .undone(Self.path, error, leftovers: leftovers)
        }
        try? directory.unlink(Self.oldName)
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
        do throws(PathError) { return try ResolvedPath(path) } catch {
            throw .failure(error.path, error.error)
        }
    }

    /// What the name of the file referred to before.
    private enum Before {
        case nothing, file
        /// A file that could get no second name, as on a file system without hard links.
        case unknown
    }

    /// Writes the new file under a name that is not read, and gives the old one a second name.
    private func writeFile(in directory: borrowing FileDescriptor) throws(Errno) -> Before {
        // A killed process may have left them.
        try? directory.unlink(Self.newName)
        try? directory.unlink(Self.oldName)
        do throws(Errno) {
            let options: OpenOptions = [.writeOnly, .create, .exclusive, .noFollow]
            let file = try FileDescriptor.open(Self.newName, options, in: directory)
            try file.write(
                "# Written by lowport(8): from this port on, everybody may bind.\n\(PortThreshold.key) = \(number)\n"
            )
            try file.setMode(FileMode(rawValue: 0o644))
            try file.synchronize()
            try file.close()
        } catch {
            try? directory.unlink(Self.newName)
            throw error
        }
        do throws(Errno) {
            try directory.link(Self.name, as: Self.oldName)
            return .file
        } catch { return error == .noSuchFile ? .nothing : .unknown }
    }

    private static func installFile(in directory: borrowing FileDescriptor) throws(Errno) {
        try directory.rename(newName, to: name)
        try directory.synchronize()
    }

    /// Gives the old file its name back, or removes the new one if there was none; returns whether that is done.
    private static func bringBack(_ before: Before, in directory: borrowing FileDescriptor) -> Bool {
        let isInstalled = (try? FileStatus(of: newName, in: directory)) == nil
        do throws(Errno) {
            if isInstalled {
                switch before {
                case .file: try directory.rename(oldName, to: name)
                case .nothing: try directory.unlink(name)
                case .unknown: return false
                }
            } else {
                try directory.unlink(newName)
                if case .file = before { try directory.unlink(oldName) }
            }
        } catch { return false }
        try? directory.synchronize()
        return true
    }
}
