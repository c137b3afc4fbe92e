// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import Synchronization

/// A directory that a walk has reached. Everything below it is reached through its descriptor, so that replacing a
/// directory by a symbolic link cannot redirect the walk.
final class OpenDirectory: Sendable {
    /// The path of the directory in the output: the operand of the walk, and the names from there on.
    let path: ByteString
    private let parent: OpenDirectory?
    private let name: ByteString
    /// The open directory; nil if too many are open already, and this one has to be opened again for every use.
    private let descriptor: FileDescriptor?
    private let budget: DescriptorBudget

    /// Opens the directory `name` in `parent`.
    init(_ name: ByteString, in parent: OpenDirectory, budget: DescriptorBudget) throws(Errno) {
        self.name = name
        self.parent = parent
        self.budget = budget
        path = parent.path(of: name)
        let opened = try Self.open(name, in: parent)
        descriptor = budget.take() ? .some(opened) : nil
    }

    /// Opens the operand of a walk, which is kept open: another thread may have another working directory.
    init(operand path: ByteString, budget: DescriptorBudget) throws(Errno) {
        name = path
        parent = nil
        self.budget = budget
        self.path = path
        descriptor = try FileDescriptor.open(path, [.readOnly, .directory, .noFollow])
        budget.takeAnyway()
    }

    deinit {
        if descriptor != nil { budget.giveBack() }
    }

    /// The path of the entry `name` in the output.
    func path(of name: ByteString) -> ByteString { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

    /// Whether `withDescriptor` always passes the same open directory, with its position.
    var isKept: Bool { descriptor != nil }

    /// Calls `body` with the open directory.
    func withDescriptor<Result: ~Copyable>(
        _ body: (borrowing FileDescriptor) throws(Errno) -> Result
    ) throws(Errno) -> Result {
        if let result = try withKeptDescriptor(body) { return result }
        // The names on the way from the nearest directory that is kept open; the operand always is.
        var names = [name]
        var start = parent
        while let directory = start, !directory.isKept {
            names.append(directory.name)
            start = directory.parent
        }
        guard let directory = start else { throw .badFileDescriptor }
        return try body(try directory.open(names.reversed()))
    }

    private func withKeptDescriptor<Result: ~Copyable>(
        _ body: (borrowing FileDescriptor) throws(Errno) -> Result
    ) throws(Errno) -> Result? {
        switch descriptor {
        case .some(let descriptor): try body(descriptor)
        case nil: nil
        }
    }

    /// Opens the directory at the path `names`, relative to this directory.
    private func open(_ names: [ByteString]) throws(Errno) -> FileDescriptor {
        try withDescriptor { directory throws(Errno) in
            var rest = names[...]
            var opened = try Self.open(&rest, in: directory)
            while !rest.isEmpty {
                let next = try Self.open(&rest, in: opened)
                opened = next
            }
            return opened
        }
    }

    /// Opens a directory below `directory`, and takes the names on the way from `names`: as many as fit into a path, or
    /// a single one if the kernel cannot be told not to follow links on the way.
    private static func open(
        _ names: inout ArraySlice<ByteString>,
        in directory: borrowing FileDescriptor
    ) throws(Errno) -> FileDescriptor {
        var path = names.first ?? "."
        var count = 1
        for name in names.dropFirst() {
            if path.count + 1 + name.count >= pathLimit { break }
            path += "/" + name
            count += 1
        }
        if count > 1 {
            do {
                let opened = try FileDescriptor.openWithoutLinks(path, [.readOnly, .directory], in: directory)
                names = names.dropFirst(count)
                return opened
            } catch {
                // EPERM is the answer of the system call filters of older containers.
                guard error == .noSystemCall || error == .notPermitted else { throw error }
            }
        }
        return try FileDescriptor.open(names.popFirst() ?? ".", [.readOnly, .directory, .noFollow], in: directory)
    }

    /// The maximum length of a path in bytes (`PATH_MAX`), with its NUL.
    private static var pathLimit: Int { 4096 }

    private static func open(_ name: ByteString, in parent: OpenDirectory) throws(Errno) -> FileDescriptor {
        try parent.withDescriptor { directory throws(Errno) in
            try FileDescriptor.open(name, [.readOnly, .directory, .noFollow], in: directory)
        }
    }
}

/// The number of directories that a walk may still hold open.
final class DescriptorBudget: Sendable {
    private let left: Atomic<Int>

    init(_ count: Int) { left = Atomic(count) }

    /// Half of the descriptors of the process, and at most as many as the deepest path that other programs can name has
    /// directories.
    static var ofThisProcess: DescriptorBudget {
        DescriptorBudget(min(max((DescriptorLimit.current - 16) / 2, 0), 2048))
    }

    /// Takes a descriptor from the budget, if there is one.
    func take() -> Bool {
        if left.subtract(1, ordering: .relaxed).newValue >= 0 { return true }
        giveBack()
        return false
    }

    /// Takes a descriptor from the budget, whether or not there is one.
    func takeAnyway() { left.subtract(1, ordering: .relaxed) }

    func giveBack() { left.add(1, ordering: .relaxed) }
}
