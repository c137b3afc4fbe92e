// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The processes that a program has started and not waited for, and that may still speak to the peer.
enum ProgramDescendants {
    /// Has this process become their parent when the program has ended.
    static func adopt() { try? CurrentProcess.adoptOrphans() }

    /// Waits until none of them has `socket` as its standard input, output or error output, or until the connection is gone: a
    /// connection ends when the last process has closed it.
    static func wait(for socket: InheritedDescriptor) {
        guard let target = try? readLink("/proc/self/fd/\(ByteString(decimal: socket.rawValue))") else { return }
        var milliseconds = 5
        while !socket.isHungUp {
            do throws(Errno) {
                while try CurrentProcess.reapChild(waits: false) != nil {}
            } catch {
                // There is nobody left.
                return
            }
            guard haveOpen(target) else { return }
            milliseconds = min(2 * milliseconds, 100)
            pause(for: Milliseconds(rawValue: milliseconds))
        }
    }

    /// Whether a descendant of this process has what the links of proc(5) show as `target`.
    private static func haveOpen(_ target: ByteString) -> Bool {
        var parents = [ByteString(decimal: CurrentProcess.identifier)]
        while let parent = parents.popLast() {
            let path = "/proc/\(parent)/task/\(parent)/children" as ByteString
            let list = try? FileDescriptor.open(path, .readOnly).readToEnd(limit: 1 << 20)
            for child in (list ?? []).split(separator: 0x20).map({ ByteString($0) }) {
                for number in ["0", "1", "2"] as [ByteString] {
                    if (try? readLink("/proc/\(child)/fd/\(number)")) == target { return true }
                }
                parents.append(child)
            }
        }
        return false
    }
}
