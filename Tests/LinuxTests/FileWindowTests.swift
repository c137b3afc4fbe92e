// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import Testing

/// Windows of files that change.
@Suite struct FileWindowTests {
    /// Calls `body` with a file of `size` bytes, each the number of its block of 64 KiB, and its path.
    private func withFile(of size: Int, _ body: (borrowing FileDescriptor, URL) throws -> Void) throws {
        let place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data((0..<size).map { UInt8(truncatingIfNeeded: $0 >> 16) }).write(to: place)
        defer { try? FileManager.default.removeItem(at: place) }
        try body(FileDescriptor.open(ByteString(place.path), .readOnly), place)
    }

    @Test("A window shows the file from its offset on, and sending moves the offset") func offset() throws {
        try withFile(of: 200_000) { file, _ in
            _ = try file.read(upTo: 100_000)
            let window = try FileWindow(of: file.reference, limit: 50_000)
            let (near, far) = try FileDescriptor.socketPair()
            let sender = FileDescriptor(owning: near)
            let receiver = FileDescriptor(owning: far)
            var sent = 0
            var received: [UInt8] = []
            while !window.isEmpty {
                sent += try window.send(to: sender.reference)
                while received.count < sent { received += try receiver.read(upTo: 1 << 16) }
            }
            #expect(sent == 50_000 && received == (100_000..<150_000).map { UInt8($0 >> 16) })
            #expect(try file.read(upTo: 100_000).count == 50_000)
            #expect(throws: Errno.noData) { try FileWindow(of: file.reference, limit: 1) }
        }
    }

    @Test("What a file has lost is an error, and no signal") func truncation() throws {
        try withFile(of: 200_000) { file, place in
            let window = try FileWindow(of: file.reference, limit: 200_000)
            try FileHandle(forWritingTo: place).truncate(atOffset: 0)
            let (near, far) = try FileDescriptor.socketPair()
            let sender = FileDescriptor(owning: near)
            let receiver = FileDescriptor(owning: far)
            #expect(throws: Errno.badAddress) { try window.send(to: sender.reference) }
            try receiver.close()
        }
    }

    @Test("What has no offset has no window") func unfit() throws {
        let pipe = try LowportLinux.Pipe()
        #expect(throws: Errno(rawValue: ESPIPE)) { try FileWindow(of: pipe.output.reference, limit: 1) }
    }
}
