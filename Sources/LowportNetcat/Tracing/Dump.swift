// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The direction of bytes.
enum Direction: Sendable {
    case sent, received
}

/// A file that filters of both directions write to.
final class RecordFile {
    private let path: ByteString
    private let file: FileDescriptor
    private var hasReader = true

    /// Opens the file at `path`; `-` is standard error.
    init(_ path: ByteString, appends: Bool) throws(NetcatError) {
        self.path = path
        do throws(Errno) {
            let isError = path == "-"
            let options: OpenOptions = isError ? [.writeOnly] : [.writeOnly, .create, appends ? .append : .truncate]
            file = try .open(isError ? "/dev/stderr" : path, options, mode: FileMode(rawValue: 0o666))
        } catch {
            throw NetcatError("\(path): \(error.message)")
        }
    }

    /// Writes `text`. What cannot be written is an error, unless the reader of a pipe has left.
    func write(_ text: ByteString) throws(NetcatError) {
        guard hasReader else { return }
        do throws(Errno) {
            try file.write(text)
        } catch {
            guard error == .brokenPipe else { throw NetcatError.cannotWrite(error, to: path) }
            hasReader = false
        }
    }
}

extension ContentOptions {
    /// Opens the files that record what is transferred, empty unless output is added to them. Each connection adds to them.
    func beginRecords() throws(NetcatError) -> [RecordFile] {
        var files: [RecordFile] = []
        for path in [dumpPath, plainDumpPath, outputPath] {
            if let path { files.append(try RecordFile(path, appends: appendsOutput)) }
        }
        return files
    }
}

/// Writes a hexadecimal dump of the data (`-o`): direction, offset, sixteen bytes, and the same bytes as text.
final class DumpFilter: ByteFilter {
    private let file: RecordFile
    private let mark: ByteString
    private var offset: UInt32 = 0

    /// Dumps to `file`; `>` marks sent data, `<` received data.
    init(_ file: RecordFile, _ direction: Direction) {
        self.file = file
        mark = direction == .sent ? ">" : "<"
    }

    override func apply(_ bytes: inout [UInt8]) throws(NetcatError) {
        var text = ByteString()
        for start in stride(from: 0, to: bytes.count, by: 16) {
            let row = bytes[start..<min(start + 16, bytes.count)]
            let place = ByteString(hexadecimal: offset, digits: 8)
            text += "\(mark) \(place) \(Hexadecimal.row(row)) # \(Hexadecimal.shown(row))\n"
            offset &+= UInt32(row.count)
        }
        try file.write(text)
    }
}

/// Writes a dump in ncat's form (`--hex-dump`): each block from offset 0, without the direction.
final class PlainDumpFilter: ByteFilter {
    private let file: RecordFile

    /// Dumps to `file`.
    init(_ file: RecordFile) { self.file = file }

    override func apply(_ bytes: inout [UInt8]) throws(NetcatError) {
        var text = ByteString()
        for start in stride(from: 0, to: bytes.count, by: 16) {
            let row = bytes[start..<min(start + 16, bytes.count)]
            let columns: ByteString =
                "\(Hexadecimal.row(row.prefix(8), width: 8))  \(Hexadecimal.row(row.dropFirst(8), width: 8))"
            let filling = [UInt8](repeating: 0x20, count: 16 - row.count)
            let shown = row.map { $0 == 0x20 ? UInt8(ascii: ".") : $0 } + filling
            let place = ByteString(hexadecimal: UInt32(start & 0xFFFF), digits: 4)
            text += "\(place)   \(columns)  \(Hexadecimal.shown(shown[...]))\n"
        }
        try file.write(text)
    }
}

/// Writes the data unchanged (`--output`).
final class CopyFilter: ByteFilter {
    private let file: RecordFile

    /// Copies to `file`.
    init(_ file: RecordFile) { self.file = file }

    override func apply(_ bytes: inout [UInt8]) throws(NetcatError) { try file.write(ByteString(bytes)) }
}

/// Bytes as dumps show them.
enum Hexadecimal {
    /// `bytes` separated by blanks, padded to `width` bytes.
    static func row(_ bytes: ArraySlice<UInt8>, width: Int = 16) -> ByteString {
        var result: [UInt8] = []
        for byte in bytes {
            if !result.isEmpty { result.append(0x20) }
            result += ByteString(hexadecimal: UInt32(byte), digits: 2).bytes
        }
        return ByteString(result + [UInt8](repeating: 0x20, count: width * 3 - 1 - result.count))
    }

    /// `bytes` as text, with a dot for each unprintable byte.
    static func shown(_ bytes: ArraySlice<UInt8>) -> ByteString {
        ByteString(bytes.map { $0 >= 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: ".") })
    }
}
