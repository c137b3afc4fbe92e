// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
internal import LowportLinux

/// The file that tells all users that the engine is enabled. The engine works without it; only the answers of programs
/// that read the file become less precise.
enum EngineStateFile {
    /// Opens the directory, and creates it if it is missing.
    static func directory() throws(Errno) -> FileDescriptor {
        do throws(Errno) {
            try FileDescriptor.open("/run", [.readOnly, .directory])
                .makeDirectory("lowport", mode: FileMode(rawValue: 0o755))
        } catch  where error == .fileExists {}
        return try FileDescriptor.open(EngineState.directory, [.readOnly, .directory, .noFollow])
    }

    /// Replaces the current state file with `notice`.
    static func put(_ notice: EngineState) throws(Errno) {
        let directory = try directory()
        let draft: ByteString = ".kernel-\(CurrentProcess.identifier)"
        do throws(Errno) {
            let file = try FileDescriptor.open(draft, [.writeOnly, .create, .truncate, .noFollow], in: directory)
            try file.setMode(FileMode(rawValue: 0o644))
            try file.write(notice.byteString)
            try directory.rename(draft, to: EngineState.name)
        } catch {
            try? directory.unlink(draft)
            throw error
        }
    }

    /// Removes the state file.
    static func clear() throws(Errno) {
        do throws(Errno) {
            try FileDescriptor.open(EngineState.directory, [.readOnly, .directory, .noFollow])
                .unlink(EngineState.name)
        } catch { if error != .noSuchFile { throw error } }
    }
}
