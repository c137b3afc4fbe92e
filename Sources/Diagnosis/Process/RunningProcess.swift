// SPDX-License-Identifier: Apache-2.0
public import Linux

/// A process, by number and name.
public struct RunningProcess: Hashable, Sendable {
    /// The number.
    public let identifier: Int32
    /// The name, as ps(1) shows it.
    public let name: ByteString

    /// Creates the description of a process.
    public init(identifier: Int32, name: ByteString) {
        self.identifier = identifier
        self.name = name
    }

    /// The processes that have the socket with the number `inode` open, as far as this process may see them.
    static func owning(socket inode: UInt64) -> [RunningProcess] {
        let wanted: ByteString = "socket:[\(inode)]"
        return all.filter { process in
            let folder: ByteString = "/proc/\(process)/fd"
            let names = (try? FileDescriptor.open(folder, [.readOnly, .directory]).names()) ?? []
            return names.contains { (try? readLink("\(folder)/\($0)")) == wanted }
        }
        .map { RunningProcess(identifier: $0, name: name(of: $0)) }
    }

    private static var all: [Int32] {
        let names = (try? FileDescriptor.open("/proc", [.readOnly, .directory]).names()) ?? []
        return names.compactMap { Int32($0.description) }
    }

    private static func name(of process: Int32) -> ByteString {
        let text = (try? FileDescriptor.open("/proc/\(process)/comm", .readOnly).readToEnd(limit: 4096)) ?? []
        return ByteString(text.prefix { $0 != 0x0A })
    }

    /// Whether a process has one of the libraries mapped that hand its binds to a helper.
    static func isPreloaded(_ process: Int32) -> Bool {
        guard let maps = try? FileDescriptor.open("/proc/\(process)/maps", .readOnly).readToEnd(limit: 64 << 20)
        else { return false }
        return ByteString(maps).split(on: 0x0A).contains {
            $0.hasSuffix("/liblowport-preload.so") || $0.hasSuffix("/libauthbind.so.1")
        }
    }
}
