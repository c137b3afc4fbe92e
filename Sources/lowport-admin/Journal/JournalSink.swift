// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The journal of systemd, as a place to write to.
struct JournalSink: ~Copyable {
    private var socket: FileDescriptor?
    /// How long a journal that has no room is waited for.
    private static let patience = Milliseconds(rawValue: 5000)

    /// Connects to the journal; nil if this machine has none.
    init?() {
        do throws(Errno) { socket = try FileDescriptor.journal() } catch { return nil }
    }

    /// Writes `entry`, and returns whether the journal has taken it. Waits for room, and connects anew to a journal that was
    /// restarted.
    mutating func write(_ entry: JournalEntry) -> Bool {
        for _ in 0..<2 {
            if send(entry) { return true }
            socket = try? FileDescriptor.journal()
        }
        return false
    }

    private func send(_ entry: JournalEntry) -> Bool {
        guard let number = number else { return false }
        do throws(Errno) {
            try number.send(entry.bytes)
            return true
        } catch {
            guard error == .wouldBlock else { return false }
            var entries = [PollEntry(number, .writable)]
            guard (try? poll(&entries, timeout: Self.patience)) == true else { return false }
            return (try? number.send(entry.bytes)) != nil
        }
    }

    private var number: InheritedDescriptor? {
        switch socket {
        case .some(let socket): InheritedDescriptor(socket.rawValue)
        case .none: nil
        }
    }
}
