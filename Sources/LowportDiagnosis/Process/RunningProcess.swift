// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A process, by ID and name.
package struct RunningProcess: Hashable, Sendable {
    /// The process ID.
    package let identifier: Int32
    /// The name, as ps(1) shows it.
    package let name: ByteString
    /// The service of the system that it is of.
    package let service: ServiceMembership

    /// Creates the description of a process.
    package init(identifier: Int32, name: ByteString, service: ServiceMembership = .unknown) {
        self.identifier = identifier
        self.name = name
        self.service = service
    }

    /// The processes that have the socket with the number `inode` open, as far as this process may see them.
    static func owning(socket inode: UInt64) -> [RunningProcess] {
        // The kernel has sockets without a file, whose number is 0.
        if inode == 0 { return [] }
        return all.filter { hasOpen("socket:[\(inode)]", $0) }
            .map { RunningProcess(identifier: $0, name: name(of: $0), service: ServiceMembership(of: $0)) }
    }

    /// Whether `/proc/PID/fd` shows `target` for a descriptor of `process`.
    static func hasOpen(_ target: ByteString, _ process: Int32) -> Bool {
        let directory: ByteString = "/proc/\(process)/fd"
        let names = (try? FileDescriptor.open(directory, [.readOnly, .directory]).names()) ?? []
        return names.contains { (try? readLink("\(directory)/\($0)")) == target }
    }

    /// The IDs of all processes.
    static var all: [Int32] {
        let names = (try? FileDescriptor.open("/proc", [.readOnly, .directory]).names()) ?? []
        return names.compactMap { Digits.canonicalNumber($0, upTo: UInt64(Int32.max)).map { Int32($0) } }
    }

    /// The name that a process gives itself, at most 15 bytes.
    static func name(of process: Int32) -> ByteString {
        (try? ProcessName.of(process)) ?? ""
    }
}
