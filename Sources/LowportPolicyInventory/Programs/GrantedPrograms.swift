// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The programs that `lowport grant --program` gave CAP_NET_BIND_SERVICE, so that it can be said which of them lost it:
/// an upgrade replaces the file, and does not give the new one the capability.
package struct GrantedPrograms: Sendable {
    private let file: StateFile

    /// The record of this machine.
    package static let system = GrantedPrograms(StateFile("programs"))

    /// Creates the record in `file`.
    package init(_ file: StateFile) { self.file = file }

    /// The paths, sorted; empty if this process may not read the record.
    package var paths: [ByteString] { (try? known()) ?? [] }

    /// Records that the program at `path` has the capability.
    package func insert(_ path: ByteString) throws(StateFile.StateError) {
        // A record of lines has no place for such a name.
        guard !path.bytes.contains(UInt8(ascii: "\n")) else { return }
        try change { $0.insert(path) }
    }

    /// Records that the program at `path` is not to have the capability.
    package func remove(_ path: ByteString) throws(StateFile.StateError) { try change { $0.remove(path) } }

    private func change<Result>(_ body: (inout Set<ByteString>) -> Result) throws(StateFile.StateError) {
        let before = Set(try known())
        var paths = before
        _ = body(&paths)
        if paths == before { return }
        try file.write(paths.sorted().reduce("") { $0 + $1 + "\n" })
    }

    private func known() throws(StateFile.StateError) -> [ByteString] {
        do throws(StateFile.StateError) {
            return try file.read().split(on: UInt8(ascii: "\n")).filter { $0.hasPrefix("/") }
        } catch {
            if error.isAbsence { return [] }
            throw error
        }
    }
}
