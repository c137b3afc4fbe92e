// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The processes that a program has started and not waited for, and that may still speak to the peer.
enum ProgramDescendants {
    /// Has this process become their parent when the program has ended.
    static func adopt() { try? CurrentProcess.adoptOrphans() }

    /// Waits until none of them has `socket` as its standard input, output or error output, or until the connection is gone.
    /// Without them, the connection would end at the same moment: when its last user has closed it.
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
            guard have(target, below: CurrentProcess.identifier) else { return }
            milliseconds = min(2 * milliseconds, 100)
            pause(for: Milliseconds(rawValue: milliseconds))
        }
    }

    /// Whether a descendant of `parent` has what the links of proc(5) show as `target`.
    private static func have(_ target: ByteString, below parent: Int32) -> Bool {
        let parent = ByteString(decimal: parent)
        let list = try? FileDescriptor.open("/proc/\(parent)/task/\(parent)/children", .readOnly).readToEnd(
            limit: 1 << 16
        )
        for word in (list ?? []).split(separator: 0x20) {
            guard let child = Digits.number(word, upTo: UInt64(Int32.max)) else { continue }
            for number in ["0", "1", "2"] as [ByteString] {
                if (try? readLink("/proc/\(ByteString(word))/fd/\(number)")) == target { return true }
            }
            if have(target, below: Int32(child)) { return true }
        }
        return false
    }
}
