// SPDX-License-Identifier: Apache-2.0
public import Linux
internal import PortPolicy

/// A program that a rule names by its path.
public enum NamedProgram {
    /// Why rules for the program at `path` have no effect, as the end of a sentence that begins with the path; nil if
    /// they have.
    public static func fault(ofProgramAt path: ByteString) -> ByteString? {
        do throws(PathError) {
            let resolved = try ResolvedPath(path)
            if resolved.status.kind != .regular { return "is not a regular file" }
            if let weakness = resolved.weakFile() ?? resolved.weakDirectory() {
                return "cannot be trusted: \(weakness)"
            }
            let start = (try? FileDescriptor.open(path, [.readOnly, .nonBlocking]).read(upTo: 256)) ?? []
            if start.starts(with: "#!".utf8) { return "is a script: what executes is \(interpreter(start))" }
            // What decides, should it ever be stricter than the above.
            return RuleStore.system.identity(ofProgramAt: path) == nil ? "cannot be trusted" : nil
        } catch {
            guard let target = error.target else { return "cannot be found: \(error.error.sentence)" }
            let end = (try? ResolvedPath(path, followLinks: true))?.path
            return "is behind a symbolic link, \(error.path) to \(target)" + (end.map { ": name \($0)" } ?? "")
        }
    }

    /// The first word behind `#!`.
    private static func interpreter(_ start: [UInt8]) -> ByteString {
        let line = ByteString(start.dropFirst(2).prefix { $0 != 0x0A })
        return line.split(on: 0x20).first { !$0.isEmpty } ?? "its interpreter"
    }
}
