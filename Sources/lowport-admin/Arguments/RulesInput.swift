// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

extension RulesFile {
    /// Reads the rules file named on the command line, without checking its owner or kind; `-` is standard input.
    init(reading name: ByteString) throws {
        self = try Self.reading(name) { () throws(Errno) in try FileDescriptor.open(name, .readOnly) }
    }

    /// Reads the rules file that is to become the policy; `-` is standard input.
    ///
    /// If root runs the command, only root and the user who called sudo(8) may be able to write to the file or to put
    /// it in place.
    init(trusting name: ByteString) throws {
        guard CurrentProcess.effectiveUser == .root, Self.descriptor(named: name) == nil else {
            try self.init(reading: name)
            return
        }
        let resolved = try Self.resolve(name)
        guard resolved.status.kind == .regular else {
            throw failure("cannot read \(name): not a regular file", hint: Self.hint(name), status: Status.system)
        }
        let trusted = [UserID.root] + (Caller.ofSudo.map { [$0] } ?? [])
        // Users who can create names there may have created a symbolic link as well.
        let weakness =
            resolved.weakFile(trusting: trusted)
            ?? resolved.weakDirectory(trusting: trusted, allowsSticky: resolved.links.isEmpty)
        if let weakness {
            throw failure("cannot trust \(name): \(weakness)", hint: Self.hint(name), status: Status.notPermitted)
        }
        self = try Self.reading(name) { () throws(Errno) in try resolved.open([.readOnly, .nonBlocking]) }
    }

    private static func resolve(_ name: ByteString) throws -> ResolvedPath {
        do throws(PathError) { return try ResolvedPath(name, followLinks: true) } catch {
            throw failure("cannot read \(name): \(error.error.sentence)", status: Status.system)
        }
    }

    private static func reading(
        _ name: ByteString,
        _ open: () throws(Errno) -> FileDescriptor
    ) throws -> RulesFile {
        let path: ByteString = name == "-" ? "standard input" : name
        do throws(Errno) {
            let content =
                if let descriptor = descriptor(named: name) {
                    try descriptor.readToEnd(limit: maximumSize)
                } else {
                    try open().readToEnd(limit: maximumSize)
                }
            return RulesFile(path: path, content: content)
        } catch { throw failure("cannot read \(path): \(error.sentence)", status: Status.system) }
    }

    private static func hint(_ name: ByteString) -> Message {
        guard let command = ShellCommand(["lowport", "apply", "-"]), let file = ShellCommand([name]) else { return "" }
        return "if it is as it should be: \(command) < \(file)"
    }

    /// The inherited descriptor that a name stands for, which is used directly; nil for any other name.
    private static func descriptor(named name: ByteString) -> InheritedDescriptor? {
        if name == "-" || name == "/dev/stdin" { return .standardInput }
        for prefix in ["/dev/fd/", "/proc/self/fd/"] as [ByteString] where name.hasPrefix(prefix) {
            return Digits.canonicalNumber(name.bytes.dropFirst(prefix.count), upTo: UInt64(Int32.max))
                .map { InheritedDescriptor(Int32($0)) }
        }
        return nil
    }
}
