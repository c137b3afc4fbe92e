// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// How the attribute of a directory entry is read.
enum EntryAccess: Sendable {
    /// Through the descriptor of the directory; needs getxattrat(2).
    case descriptor
    /// By name, with the directory as the working directory of a thread that has its own.
    case workingDirectory
    /// By a path through /proc, if nothing else is possible.
    case magicPath
}

/// Reads directories for a walk; every thread has its own reader.
struct DirectoryReader: ~Copyable {
    private let options: WalkOptions
    private let access: EntryAccess
    private let budget: DescriptorBudget
    private let attribute = AttributeName.capability
    private var entries = DirectoryEntries()
    private var result = WalkResult()
    /// The number of entries after which a task is split, so that no walk needs memory for all of a large directory.
    private static var entriesPerTask: Int { 1024 }

    init(_ options: WalkOptions, access: EntryAccess, budget: DescriptorBudget) {
        self.options = options
        self.access = access
        self.budget = budget
    }

    /// Performs `task`, and returns the findings and the remaining tasks.
    mutating func read(_ task: WalkTask) -> WalkResult {
        switch task {
        case .directory(let name, let parent, let device): open(name, in: parent, device: device)
        case .entries(let directory, let position, let device):
            readEntries(of: directory, from: position, device: device)
        }
        defer { result = WalkResult() }
        return result
    }

    private mutating func open(_ name: ByteString, in parent: OpenDirectory, device: UInt64) {
        do {
            guard let device = try options.judge(name, in: parent, above: device) else {
                if options.tellsEverything { report(.notFile, parent.path(of: name)) }
                return
            }
            let directory = try OpenDirectory(name, in: parent, budget: budget)
            if options.tellsEverything { report(.notFile, directory.path) }
            readEntries(of: directory, from: .start, device: device)
        } catch {
            report(.closedDirectory(error), parent.path(of: name))
        }
    }

    private mutating func readEntries(of directory: OpenDirectory, from start: DirectoryPosition, device: UInt64) {
        do {
            try directory.withDescriptor { descriptor throws(Errno) in
                if start != .start && !directory.isKept { try entries.seek(to: start, of: descriptor) }
                try readEntries(of: directory, descriptor, device: device)
            }
        } catch {
            report(.unfinishedDirectory(error), directory.path)
        }
    }

    private mutating func readEntries(
        of directory: OpenDirectory,
        _ descriptor: borrowing FileDescriptor,
        device: UInt64
    ) throws(Errno) {
        let isSearchable = access != .workingDirectory || (try? descriptor.becomeWorkingDirectory()) != nil
        while try entries.readBatch(of: descriptor) {
            var position = DirectoryPosition.start
            while let entry = entries.next() {
                look(at: entry, in: directory, descriptor, isSearchable, device)
                position = entry.nextPosition
                result.entryCount += 1
            }
            if result.entryCount >= Self.entriesPerTask {
                return result.items.append(.task(.entries(directory, from: position, device: device)))
            }
        }
    }

    private mutating func look(
        at entry: DirectoryEntry,
        in directory: OpenDirectory,
        _ descriptor: borrowing FileDescriptor,
        _ isSearchable: Bool,
        _ device: UInt64
    ) {
        var kind = entry.kind
        if kind == .unknown {
            do {
                kind = try entries.status(of: entry, in: descriptor).kind
            } catch {
                return report(.unreachable(error), entry, directory)
            }
        }
        switch kind {
        case .directory:
            result.items.append(.task(.directory(entries.name(of: entry), parent: directory, device: device)))
        case .symbolicLink:
            if options.tellsEverything { report(.notFile, entry, directory) }
        default:
            do throws(Errno) {
                guard isSearchable else { throw .permissionDenied }
                let value = try attributeValue(of: entry, descriptor)
                guard let capabilities = try? FileCapabilities(attribute: value) else { throw .invalidArgument }
                report(.capabilities(capabilities), entry, directory)
            } catch {
                if !error.meansNoAttribute {
                    report(reason(for: error, at: entry, descriptor), entry, directory)
                } else if options.tellsEverything {
                    report(.none, entry, directory)
                }
            }
        }
    }

    private func attributeValue(
        of entry: DirectoryEntry,
        _ descriptor: borrowing FileDescriptor
    ) throws(Errno) -> [UInt8] {
        let size = CapabilityAttributeRevision.v3.size
        switch access {
        case .descriptor: return try entries.readAttribute(attribute, of: entry, in: descriptor, limit: size)
        case .workingDirectory:
            return try entries.readAttribute(attribute, ofEntryInWorkingDirectory: entry, limit: size)
        case .magicPath:
            let path: ByteString = "\(descriptor.magicPath)/\(entries.name(of: entry))"
            return try readAttribute(attribute, of: path, followLinks: false, limit: size)
        }
    }

    /// The finding for an unreadable attribute: an entry whose kind cannot be determined is not known to be a file.
    private func reason(
        for error: Errno,
        at entry: DirectoryEntry,
        _ descriptor: borrowing FileDescriptor
    ) -> WalkFinding.Kind {
        do {
            let kind = try entries.status(of: entry, in: descriptor).kind
            return kind == .directory || kind == .symbolicLink ? .notFile : .unreadable(error)
        } catch {
            return .unreachable(error)
        }
    }

    private mutating func report(_ kind: WalkFinding.Kind, _ entry: DirectoryEntry, _ directory: OpenDirectory) {
        report(kind, directory.path(of: entries.name(of: entry)))
    }

    private mutating func report(_ kind: WalkFinding.Kind, _ path: ByteString) {
        result.items.append(.finding(WalkFinding(kind, at: path)))
    }
}

extension WalkOptions {
    /// Whether the options exclude some directories.
    var isLimited: Bool { staysOnFileSystem || skipsRemoteFileSystems }

    /// The device of the directory `name` in `parent`; nil if the walk must not enter that directory.
    ///
    /// The device is determined before the directory is opened: opening could mount another file system, or wait for
    /// its server.
    /// - Parameter device: the device of `parent`, which is returned if the options do not depend on the device.
    func judge(_ name: ByteString, in parent: OpenDirectory, above device: UInt64) throws(Errno) -> UInt64? {
        guard isLimited else { return device }
        return try parent.withDescriptor { descriptor throws(Errno) in
            let own = try FileStatus(of: name, in: descriptor).device
            if own == device { return own }
            if staysOnFileSystem { return nil }
            let opened = try FileDescriptor.open(name, [.pathOnly, .directory, .noFollow], in: descriptor)
            let system = try opened.fileSystem()
            return system.isRemote || system.isVirtual ? nil : own
        }
    }
}
