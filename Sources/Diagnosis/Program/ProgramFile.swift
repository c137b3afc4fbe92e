// SPDX-License-Identifier: Apache-2.0
public import Capabilities
public import Launch
public import Linux

/// A program as it lies on the disk, and what of it matters for a bind.
public struct ProgramFile: Hashable, Sendable {
    /// What reading the file capabilities gave.
    public enum Attribute: Hashable, Sendable {
        /// There are none.
        case none
        /// These are there.
        case some(FileCapabilities)
        /// The file system has no extended attributes.
        case unsupported
        /// They could not be read.
        case unreadable(Errno)
    }

    /// The path, with all links followed.
    public var path: ByteString
    /// The scripts that led here, the one that was asked for first; each is started through the next.
    public var scripts: [ByteString]
    /// Those of the scripts that have file capabilities, which the kernel does not look at.
    public var scriptsWithCapabilities: [ByteString]
    /// How it is made, which decides how its binds can be reached.
    public var image: ProgramImage
    /// The permission bits.
    public var mode: FileMode
    /// The owner.
    public var owner: UserID
    /// The file capabilities.
    public var attribute: Attribute
    /// Whether the file system is mounted without set-id and file capabilities (`nosuid`, mount(8)).
    public var isOnNosuidMount: Bool
    /// Who besides root can put something else in its place, as the end of a sentence; nil if nobody can.
    public var weakness: ByteString?
    /// Whether another user than root may change it, or put another in its place: then it is to be given no capability.
    public var isOpenToOthers: Bool

    /// Creates the description of a program.
    public init(
        path: ByteString,
        scripts: [ByteString] = [],
        scriptsWithCapabilities: [ByteString] = [],
        image: ProgramImage,
        mode: FileMode = FileMode(rawValue: 0o755),
        owner: UserID = .root,
        attribute: Attribute = .none,
        isOnNosuidMount: Bool = false,
        isOpenToOthers: Bool = false,
        weakness: ByteString? = nil
    ) {
        self.path = path
        self.scripts = scripts
        self.scriptsWithCapabilities = scriptsWithCapabilities
        self.image = image
        self.mode = mode
        self.owner = owner
        self.attribute = attribute
        self.isOnNosuidMount = isOnNosuidMount
        self.weakness = weakness
        self.isOpenToOthers = isOpenToOthers
    }

    /// What is executed: the first of the scripts, or the program itself.
    var startedPath: ByteString { scripts.first ?? path }

    /// Whether starting it changes the user or the group.
    public var isSetID: Bool { mode.isSetID && !isOnNosuidMount }
}

extension ProgramFile {
    /// Looks at `program` and follows scripts to the program that really runs.
    /// - Parameters:
    ///   - program: a path, or a name that is looked for along PATH.
    ///   - searchPath: the value of PATH.
    public init(_ program: ByteString, searchPath: ByteString) throws(Errno) {
        var path = try Self.find(program, searchPath: searchPath)
        var (scripts, capable): ([ByteString], [ByteString]) = ([], [])
        while true {
            let file = try FileDescriptor.open(path, [.readOnly, .nonBlocking])
            let image = ProgramImage(try file.read(upTo: ProgramImage.prefixLength))
            if case .script(let interpreter, let argument) = image {
                // The kernel follows four scripts, and refuses a fifth (execve(2), ELOOP).
                guard scripts.count < 5 else { throw .symbolicLinkLoop }
                scripts.append(path)
                if case .some = Self.attribute(of: file) { capable.append(path) }
                path = try Self.find(Self.nameForEnv(interpreter, argument) ?? interpreter, searchPath: searchPath)
                continue
            }
            let status = try file.status()
            guard status.kind == .regular else { throw .permissionDenied }
            let place = try file.path()
            self.init(
                path: place,
                scripts: scripts,
                scriptsWithCapabilities: capable,
                image: image,
                mode: status.mode,
                owner: status.owner,
                attribute: Self.attribute(of: file),
                isOnNosuidMount: (try? file.fileSystem().ignoresPrivileges) ?? false,
                isOpenToOthers: Self.isOpenToOthers(place)
            )
            // What is about to get more rights, or more users, is also the script that leads to it.
            weakness = ([self.path] + scripts).lazy.compactMap { Self.weakness(of: $0) }.first
            return
        }
    }

    /// The name of the program that `#!/usr/bin/env NAME` starts; nil if the interpreter is not env(1).
    private static func nameForEnv(_ interpreter: ByteString, _ argument: ByteString) -> ByteString? {
        guard interpreter.hasSuffix("/env") else { return nil }
        // With -S, env splits the rest into words; options and variables may come first.
        return argument.split(on: 0x20).first { !$0.isEmpty && !$0.hasPrefix("-") && !$0.bytes.contains(0x3D) }
    }

    private static func isOpenToOthers(_ path: ByteString) -> Bool {
        guard let resolved = try? ResolvedPath(path) else { return false }
        return resolved.weakFile() != nil || resolved.weakDirectory() != nil
    }

    private static func find(_ program: ByteString, searchPath: ByteString) throws(Errno) -> ByteString {
        if program.bytes.contains(UInt8(ascii: "/")) { return program }
        for directory in searchPath.split(on: UInt8(ascii: ":")) {
            let path = (directory.isEmpty ? "." : directory) + "/" + program
            if let status = try? FileStatus(of: path), status.kind == .regular, status.mode.rawValue & 0o111 != 0 {
                return path
            }
        }
        throw .noSuchFile
    }

    private static func attribute(of file: borrowing FileDescriptor) -> Attribute {
        do throws(Errno) {
            if let capabilities = try FileCapabilities(of: file) { return .some(capabilities) }
            // The library makes no difference between no attribute and no attributes at all.
            _ = try file.readAttribute(.capability, limit: 0)
            return .none
        } catch {
            return error == .notSupported ? .unsupported : error == .noData ? .none : .unreadable(error)
        }
    }
}
