// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportKernelPolicy
internal import LowportLinux

/// Why the journal could not be read, or not to its end.
enum JournalError: Error {
    /// A system call failed.
    case system(Errno)
    /// journalctl(1) ended otherwise than with success.
    case ended(ProcessChange)
    /// journalctl(1) ended, with success, although it was to wait for more.
    case stopped
    /// What it wrote is not in its format.
    case damaged

    /// Why, as the end of a sentence.
    private var reason: ByteString {
        switch self {
        case .system(let error): error.sentence
        case .ended(.exited(let status)): "journalctl ended with status \(ByteString(decimal: Int(status)))"
        case .ended(.killed(let signal)): "signal \(ByteString(decimal: Int(signal))) ended journalctl"
        case .ended: "journalctl did not end"
        case .stopped: "journalctl stopped following it"
        case .damaged: "journalctl wrote what is not in its format"
        }
    }

    /// Prints the error, and returns the exit status.
    /// - Parameter hint: what would help; by default, for those who may not read it, who may.
    func reported(hint: Message? = nil) -> ExitCode {
        let isDenied = !Journalctl.showsAll
        return failure(
            "cannot read the journal: \(reason)",
            hint: hint ?? (isDenied ? "run it as root, with sudo" : nil),
            status: isDenied ? Status.notPermitted : Status.system
        )
    }
}

/// journalctl(1), which reads the journal of systemd.
enum Journalctl {
    static let path: ByteString = "/usr/bin/journalctl"

    private static let directories: [ByteString] = ["/var/log/journal", "/run/log/journal"]

    /// Whether this machine has a journal, be it one that this user may not look for.
    static var exists: Bool {
        (try? FileStatus(of: path)) != nil
            && directories.contains { directory in
                do throws(Errno) { return try !names(in: directory).isEmpty } catch {
                    return error == .permissionDenied
                }
            }
    }

    /// Whether this user may read the journal of the system, and not only a journal of the user's own.
    static var showsAll: Bool {
        if CurrentProcess.effectiveUser == .root { return true }
        return directories.allSatisfy { directory in
            do throws(Errno) {
                for name in try names(in: directory) where isMachine(name) {
                    if isDenied("\(directory)/\(name)/system.journal") { return false }
                }
                return true
            } catch { return error != .permissionDenied }
        }
    }

    private static func names(in directory: ByteString) throws(Errno) -> [ByteString] {
        try FileDescriptor.open(directory, [.readOnly, .directory]).names()
    }

    /// Whether a directory of this name has the journal of a machine, by its machine-id(5): what other machines sent is in
    /// `remote`, and journalctl does not read it.
    private static func isMachine(_ name: ByteString) -> Bool {
        name.count == 32 && name.bytes.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }

    /// Whether the file may not be read; one that is not there is not kept from anybody.
    private static func isDenied(_ file: ByteString) -> Bool {
        do throws(Errno) {
            _ = try FileDescriptor.open(file, .readOnly)
            return false
        } catch { return error == .permissionDenied }
    }

    /// Starts it.
    /// - Parameter options: what it is asked, besides how it answers.
    static func start(_ options: [ByteString]) throws(JournalError) -> CapturedProgram {
        do throws(Errno) {
            return try CapturedProgram(at: path, arguments: [path] + options + ["--no-pager", "--quiet"])
        } catch { throw .system(error) }
    }

    /// Waits for its end, and throws unless it succeeded: an empty answer is a success.
    static func finish(_ program: borrowing CapturedProgram) throws(JournalError) {
        let end: ProcessChange
        do throws(Errno) { end = try program.wait() } catch { throw .system(error) }
        if end != .exited(status: 0) { throw .ended(end) }
    }
}
