// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// What is missing for the start of a program that has file capabilities or is set-ID: the secure-execution mode of the
/// dynamic loader (ld.so(8)).
///
/// The loader then ignores `LD_LIBRARY_PATH`, and `$ORIGIN` in the paths of the program.
package enum SecureStart {
    /// The libraries that the loader would not find for the program at `path`, so that the program would not start.
    ///
    /// Empty for a static program, a script, and a file that cannot be read; and if the loader itself is missing.
    package static func missingLibraries(ofProgramAt path: ByteString) -> [ByteString] {
        libraries(ofProgramAt: path, .secure).missing
    }

    /// The libraries of the program at `path`, as the real user finds them.
    static func libraries(ofProgramAt path: ByteString, _ mode: LibrarySearch.Mode) -> LibrarySearch.Outcome {
        guard let file = try? FileDescriptor.open(path, [.readOnly, .nonBlocking]),
            (try? file.status().kind) == .regular, let program = DynamicObject(of: file),
            let interpreter = program.interpreter, (try? FileStatus(of: interpreter)) != nil
        else { return LibrarySearch.Outcome() }
        // Others than those of glibc and musl may look elsewhere.
        let isKnown = (interpreter.split(on: UInt8(ascii: "/")).last ?? "").hasPrefix("ld")
        guard isKnown || mode == .secure else { return LibrarySearch.Outcome() }
        let place = (try? file.path()) ?? path
        return LibrarySearch(interpreter: interpreter, mode: mode).libraries(of: program, at: place)
    }

    /// The path of the program interpreter (`PT_INTERP`) of the program at `path`, if it does not exist: execve(2) then
    /// fails with ENOENT. Nil if it exists or is not needed, and if the program cannot be read.
    package static func missingInterpreter(ofProgramAt path: ByteString) -> ByteString? {
        guard let interpreter = DynamicObject(at: path)?.interpreter else { return nil }
        do throws(Errno) { _ = try FileStatus(of: interpreter) } catch {
            return error == .noSuchFile || error == .notDirectory ? interpreter : nil
        }
        return nil
    }
}
