// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Sends a file to a socket: what does not fill a block by sendfile(2), and the rest to TCP from memory that shows the file.
///
/// sendfile(2) gives TCP page after page, which takes longer than to copy many at a time; Unix sockets take them faster.
struct FileSender {
    private var window: FileWindow?
    private var hasWindows = true
    private var total = 0

    private static var firstBlock: Int { 64 << 10 }
    private static var block: Int { 1 << 20 }

    /// Sends once. Throws EAGAIN if `sink` accepts nothing now, and EINVAL if `source` must be read.
    /// - Returns: the number of bytes; 0 at the end of the file.
    mutating func send(from source: Stream, to sink: Stream) throws(Errno) -> Int {
        let limit = total == 0 ? FileSender.firstBlock : FileSender.block
        var count = try sendWindow(from: source, to: sink)
        if count == nil { count = try source.descriptor.sendFile(to: sink.descriptor, limit: limit) }
        total += count ?? 0
        return count ?? 0
    }

    /// Sends from a window; nil if there is none to be had.
    private mutating func sendWindow(from source: Stream, to sink: Stream) throws(Errno) -> Int? {
        guard hasWindows && total >= FileSender.firstBlock && sink.isTCP else { return nil }
        if window?.isEmpty ?? true { window = try? FileWindow(of: source.descriptor, limit: FileSender.block) }
        guard let window else {
            // The file has ended, or cannot be mapped.
            hasWindows = false
            return nil
        }
        do throws(Errno) {
            return try window.send(to: sink.descriptor)
        } catch {
            guard error == .badAddress else { throw error }
            // The file has become shorter, or cannot be read, of which sendfile(2) knows more.
            hasWindows = false
            self.window = nil
            return nil
        }
    }
}
