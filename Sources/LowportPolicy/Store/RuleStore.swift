// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The directory of the rules, and how it is read safely.
///
/// A rules file counts only if the file and every directory above it belong to root and are writable by root only; any
/// other is refused with the reason. No symbolic link is followed. Every check is made on the opened descriptor.
package struct RuleStore: Sendable {
    /// The directory that stands for `/`; it and everything below it are checked.
    package let root: ByteString
    /// The user who must own the files.
    package let owner: UserID

    /// The rules of this machine, below `/etc/lowport`.
    package static var system: RuleStore { RuleStore(root: "/", owner: .root) }

    /// Creates a store below another root.
    package init(root: ByteString, owner: UserID) {
        self.root = root
        self.owner = owner
    }

    /// The directories from the root to the rules.
    package static var directories: [ByteString] { ["etc", "lowport"] }
    /// The file that `lowport grant` and `lowport revoke` write.
    package static var mainPath: ByteString { "/etc/lowport/rules" }
    /// The directory of additional files.
    package static var extraPath: ByteString { "/etc/lowport/rules.d" }
    /// How the names of additional files end.
    package static var extraSuffix: ByteString { ".rules" }

    /// Whether the file with this name in the directory of additional files is read.
    package static func reads(_ name: ByteString) -> Bool { name.hasSuffix(extraSuffix) && !name.hasPrefix(".") }

    /// The result of reading the store.
    package struct Contents: Sendable {
        /// The files that could be read, valid or not, in the order in which they count.
        package var files: [RulesFile] = []
        /// The files and directories that were refused.
        package var readErrors: [ReadError] = []

        /// Creates contents without files.
        package init() {}

        /// The rules in force.
        package var rules: RuleSet { RuleSet(files, isWhole: readErrors.isEmpty) }
        /// Whether there is a rules file at all, good or bad.
        package var hasFiles: Bool { !files.isEmpty || !readErrors.isEmpty }
    }

    /// A file or directory that is refused, and why.
    package struct ReadError: Error, Hashable, Sendable, ByteStringConvertible {
        /// Why the file or directory is refused.
        package enum Reason: Hashable, Sendable {
            /// The owner is this user.
            case owner(UserID)
            /// The group or others may write to it.
            case writable(FileMode)
            /// It is not a regular file, or not a directory.
            case kind
            /// The file is larger than `RulesFile.maximumSize`.
            case size
            /// It could not be opened or read.
            case failure(Errno)
        }

        /// The path.
        package let path: ByteString
        /// Why the file or directory is refused.
        package let reason: Reason

        /// Creates an error.
        package init(path: ByteString, reason: Reason) {
            self.path = path
            self.reason = reason
        }

        /// `PATH: belongs to uid 1000, must belong to root`.
        package var byteString: ByteString {
            switch reason {
            case .owner(let user): "\(path): belongs to uid \(user), must belong to root"
            case .writable(let mode): "\(path): mode \(mode), must not be writable by group or others"
            case .kind: "\(path): is neither a regular file nor the directory that it should be"
            case .size: "\(path): is larger than \(RulesFile.maximumSize) bytes"
            case .failure(let error): "\(path): \(error.sentence)"
            }
        }

        package var isAbsence: Bool { reason == .failure(.noSuchFile) }
    }

    /// Reads `rules` and then `rules.d/*.rules` in the order of their names.
    ///
    /// A missing file is not an error: without files nothing is allowed, and nothing is refused.
    /// - Parameter port: the only port whose rules are needed, which is faster with thousands of rules; nil for all.
    package func load(onlyFor port: Port? = nil) -> Contents {
        var contents = Contents()
        do throws(ReadError) {
            let directory = try openDirectory()
            do throws(ReadError) {
                contents.files.append(try read("rules", in: directory, path: Self.mainPath, onlyFor: port))
            } catch { contents.record(error) }
            do throws(ReadError) {
                try loadExtra(in: directory, onlyFor: port, into: &contents)
            } catch { contents.record(error) }
        } catch { contents.record(error) }
        return contents
    }

    private func loadExtra(
        in directory: borrowing FileDescriptor,
        onlyFor port: Port?,
        into contents: inout Contents
    ) throws(ReadError) {
        let extra = try openDirectory("rules.d", in: directory, path: Self.extraPath)
        let names = try refusing(Self.extraPath) { () throws(Errno) in try extra.names() }
        var wanted = names.filter(Self.reads)
        wanted.order()
        for name in wanted {
            do throws(ReadError) {
                contents.files.append(try read(name, in: extra, path: "\(Self.extraPath)/\(name)", onlyFor: port))
            } catch { contents.record(error) }
        }
    }

    // MARK: - Opening trusted files and directories

    /// Opens the directory of the rules, or another at the path `directories`, and checks every directory on the way.
    package func openDirectory(_ directories: [ByteString] = RuleStore.directories) throws(ReadError) -> FileDescriptor
    {
        let root = root
        var directory = try open(root, [.pathOnly, .directory], in: InheritedDescriptor.workingDirectory, path: "/")
        try check(directory, is: .directory, path: "/")
        var path = ByteString()
        for name in directories {
            path += "/" + name
            directory = try openDirectory(name, in: directory, path: path)
        }
        return directory
    }

    package func openDirectory(
        _ name: ByteString,
        in parent: borrowing FileDescriptor,
        path: ByteString
    ) throws(ReadError) -> FileDescriptor {
        let directory = try open(name, [.readOnly, .directory, .noFollow], in: parent, path: path)
        try check(directory, is: .directory, path: path)
        return directory
    }

    /// The identity of the program at the absolute path `path`, to which no symbolic link leads.
    ///
    /// Nil if there is no such file, and if the file, or a directory above it, is not the owner's or may be changed by
    /// others: they could put another program in its place.
    package func identity(ofProgramAt path: ByteString) -> FileIdentity? {
        // Nobody but the owner can exchange what has been looked at.
        var end = 1
        while true {
            guard let status = try? FileStatus(of: ByteString(path.bytes[..<end]), followLinks: false),
                status.kind == (end == path.count ? .regular : .directory), status.owner == owner,
                !status.mode.isWritableByGroupOrOthers
            else { return nil }
            if end == path.count { return status.identity }
            end = path.bytes.position(of: UInt8(ascii: "/"), from: end + 1)
        }
    }

    /// Reads the rules file `name` in the open directory.
    package func read(
        _ name: ByteString,
        in directory: borrowing FileDescriptor,
        path: ByteString,
        onlyFor port: Port? = nil
    ) throws(ReadError) -> RulesFile {
        RulesFile(path: path, content: try content(of: name, in: directory, path: path), onlyFor: port)
    }

    /// Reads the file `name` in the open directory, whatever it contains.
    package func content(
        of name: ByteString,
        in directory: borrowing FileDescriptor,
        path: ByteString
    ) throws(ReadError) -> [UInt8] {
        // Non-blocking, so that a FIFO cannot block the requester.
        let file = try open(name, [.readOnly, .noFollow, .nonBlocking], in: directory, path: path)
        let status = try check(file, is: .regular, path: path)
        guard status.size <= RulesFile.maximumSize else { throw ReadError(path: path, reason: .size) }
        return try refusing(path) { () throws(Errno) in
            try file.readToEnd(limit: RulesFile.maximumSize, expecting: Int(status.size))
        }
    }

    @discardableResult
    private func check(
        _ file: borrowing FileDescriptor,
        is kind: FileKind,
        path: ByteString
    ) throws(ReadError) -> FileStatus {
        let status = try refusing(path) { () throws(Errno) in try file.status() }
        guard status.kind == kind else { throw ReadError(path: path, reason: .kind) }
        guard status.owner == owner else { throw ReadError(path: path, reason: .owner(status.owner)) }
        guard !status.mode.isWritableByGroupOrOthers else {
            throw ReadError(path: path, reason: .writable(status.mode))
        }
        return status
    }

    private func open(
        _ name: ByteString,
        _ options: OpenOptions,
        in directory: borrowing some Descriptor & ~Copyable,
        path: ByteString
    ) throws(ReadError) -> FileDescriptor {
        do throws(Errno) {
            return try FileDescriptor.open(name, options, in: directory)
        } catch { throw ReadError(path: path, reason: .failure(error)) }
    }

    private func refusing<Value>(
        _ path: ByteString,
        _ body: () throws(Errno) -> Value
    ) throws(ReadError) -> Value {
        do throws(Errno) { return try body() } catch { throw ReadError(path: path, reason: .failure(error)) }
    }
}

extension RuleStore.Contents {
    fileprivate mutating func record(_ refusal: RuleStore.ReadError) {
        if !refusal.isAbsence { readErrors.append(refusal) }
    }
}
