// SPDX-License-Identifier: Apache-2.0

/// A thread's status in /proc (proc_pid_status(5)).
package struct ProcessStatus: Hashable, Sendable {
    /// The process that the thread belongs to.
    package let process: Int32
    /// Its real, effective, saved and file system user.
    package let users: [UserID]
    /// Its real, effective, saved and file system group.
    package let groups: [GroupID]
    /// Its supplementary groups, in the kernel's order: ascending.
    package let supplementaryGroups: [GroupID]
    /// The capabilities that it may make effective.
    package let permitted: CapabilitySet
    /// The capabilities that are in effect.
    package let effective: CapabilitySet

    /// Reads the open file `status` of a thread from its start, whatever its file offset.
    ///
    /// The corresponding system call is pread(2).
    package init(of file: borrowing some Descriptor & ~Copyable) throws(Errno) {
        // The kernel returns all of it at once if the buffer is large enough; a process may have 65,536 groups.
        var room = 4096
        while room < 1 << 21 {
            let text = try file.read(upTo: room, at: 0)
            if text.count < room {
                guard let status = ProcessStatus(text) else { throw .noSuchProcess }
                self = status
                return
            }
            room *= 8
        }
        throw .fileTooLarge
    }

    /// Parses the text of the file; nil unless each needed line occurs exactly once and holds only numbers.
    ///
    /// The program name comes first, on its own line, in which the kernel escapes line feeds.
    package init?(_ text: [UInt8]) {
        var found: (process: [UInt64]?, users: [UInt64]?, groups: [UInt64]?, supplementary: [UInt64]?)
        var masks: (permitted: [UInt64]?, effective: [UInt64]?)
        var start = 0
        while start < text.count {
            let end = text.position(of: UInt8(ascii: "\n"), from: start)
            let line = text[start..<end]
            start = end + 1
            switch line.first {
            case UInt8(ascii: "T"): if !Self.read(line, "Tgid:", 10, into: &found.process) { return nil }
            case UInt8(ascii: "U"): if !Self.read(line, "Uid:", 10, into: &found.users) { return nil }
            case UInt8(ascii: "G"):
                if !Self.read(line, "Gid:", 10, into: &found.groups) { return nil }
                if !Self.read(line, "Groups:", 10, into: &found.supplementary) { return nil }
            case UInt8(ascii: "C"):
                if !Self.read(line, "CapPrm:", 16, into: &masks.permitted) { return nil }
                if !Self.read(line, "CapEff:", 16, into: &masks.effective) { return nil }
            default: continue
            }
        }
        guard let process = found.process, process.count == 1, process[0] <= UInt64(Int32.max),
            let users = Self.words(found.users, count: 4), let groups = Self.words(found.groups, count: 4),
            let supplementary = Self.words(found.supplementary, count: nil),
            let permitted = masks.permitted, permitted.count == 1,
            let effective = masks.effective, effective.count == 1
        else { return nil }
        self.process = Int32(process[0])
        self.users = users.map { UserID(rawValue: $0) }
        self.groups = groups.map { GroupID(rawValue: $0) }
        supplementaryGroups = supplementary.map { GroupID(rawValue: $0) }
        self.permitted = CapabilitySet(rawValue: permitted[0])
        self.effective = CapabilitySet(rawValue: effective[0])
    }

    private static func words(_ numbers: [UInt64]?, count: Int?) -> [UInt32]? {
        guard let numbers, count == nil || numbers.count == count else { return nil }
        var words: [UInt32] = []
        for number in numbers {
            guard let word = UInt32(exactly: number) else { return nil }
            words.append(word)
        }
        return words
    }

    /// Parses the numbers of `line` if its name is `name`; false if such a line occurred before or has anything but
    /// numbers.
    private static func read(
        _ line: ArraySlice<UInt8>,
        _ name: ByteString,
        _ base: UInt8,
        into numbers: inout [UInt64]?
    ) -> Bool {
        guard line.starts(with: name.bytes) else { return true }
        guard numbers == nil else { return false }
        numbers = StatusText.numbers(in: line.dropFirst(name.count), base: base)
        return numbers != nil
    }
}
