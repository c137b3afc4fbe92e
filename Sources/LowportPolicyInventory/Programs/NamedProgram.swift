// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportPolicy

/// A program that a rule names by its path.
package enum NamedProgram {
    /// Why rules for the program at `path` have no effect, as the end of a sentence that begins with the path; nil if
    /// they have.
    package static func fault(ofProgramAt path: ByteString) -> ByteString? {
        do throws(PathError) {
            let resolved = try ResolvedPath(path)
            if resolved.status.kind != .regular { return "is not a regular file" }
            if let weakness = resolved.weakFile() ?? resolved.weakDirectory() {
                return "cannot be trusted: \(weakness)"
            }
            if let start = try? FileDescriptor.open(path, [.readOnly, .nonBlocking]).read(upTo: 256) {
                if let fault = fault(ofStart: start) { return fault }
            }
            // What decides, should it ever be stricter than the above.
            return RuleStore.system.identity(ofProgramAt: path) == nil ? "cannot be trusted" : nil
        } catch {
            guard let target = error.target else { return "cannot be found: \(error.error.sentence)" }
            let end = (try? ResolvedPath(path, followLinks: true))?.path
            return "is behind a symbolic link, \(error.path) to \(target)" + (end.map { ": name \($0)" } ?? "")
        }
    }

    /// Why a file that begins with `start`, its first 256 bytes, is not what executes, as `fault(ofProgramAt:)`; nil if it is.
    package static func fault(ofStart start: [UInt8]) -> ByteString? {
        if start.starts(with: "#!".utf8) { return "is a script: what executes is \(interpreter(start))" }
        if isExecutedItself(start) { return nil }
        return "is not a program of this machine: what executes is an interpreter of binfmt_misc, if anything"
    }

    /// Whether the kernel executes a file that begins with `start` itself: an ELF file for this machine, or for the one of
    /// 32 bits that it contains (elf(5)).
    ///
    /// Interpreters of binfmt_misc can have the capabilities of the file that they interpret (flag C, which Debian gives
    /// those of qemu), but not its rules and its confinement.
    private static func isExecutedItself(_ start: [UInt8]) -> Bool {
        guard start.count >= 20, start.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { return false }
        // EI_DATA: all machines of ours are little-endian.
        guard start[5] == 1 else { return false }
        return machines.contains(UInt16(start[18]) | UInt16(start[19]) << 8)
    }

    #if arch(x86_64)
        /// `EM_X86_64` and `EM_386`.
        private static let machines: [UInt16] = [62, 3]
    #elseif arch(arm64)
        /// `EM_AARCH64` and `EM_ARM`.
        private static let machines: [UInt16] = [183, 40]
    #else
        #error("the numbers of this machine in ELF files")
    #endif

    /// The first word behind `#!`.
    private static func interpreter(_ start: [UInt8]) -> ByteString {
        let line = ByteString(start.dropFirst(2).prefix { $0 != 0x0A })
        return line.split(on: 0x20).first { !$0.isEmpty } ?? "its interpreter"
    }
}
