// SPDX-License-Identifier: Apache-2.0

extension Descriptor where Self: ~Copyable {
    /// The device of the file system that the file is in, as the kernel's own `struct super_block` has it: the major
    /// number from bit 20 on, and the minor number.
    ///
    /// stat(2) shows other devices on file systems that have several, such as btrfs and overlay; mountinfo in proc(5)
    /// shows this one. Throws ENOENT without /proc.
    package func fileSystemDevice() throws(Errno) -> UInt32 {
        let info = try FileDescriptor.open("/proc/self/fdinfo/\(ByteString(decimal: Int(rawValue)))", .readOnly)
        guard let mount = Self.word(after: "mnt_id:", in: ByteString(try info.readToEnd(limit: 4096))) else {
            throw .noSuchFile
        }
        let mounts = try FileDescriptor.open("/proc/self/mountinfo", .readOnly).readToEnd(limit: 16 << 20)
        for line in ByteString(mounts).split(on: UInt8(ascii: "\n")) {
            let words = line.split(on: UInt8(ascii: " "))
            guard words.count > 2, words[0] == mount else { continue }
            let numbers = words[2].split(on: UInt8(ascii: ":")).compactMap { Digits.canonicalNumber($0, upTo: 1 << 20) }
            if numbers.count == 2 { return UInt32(numbers[0] << 20 | numbers[1]) }
        }
        throw .noSuchFile
    }

    /// The word that follows `key` at the start of a line of `text`.
    private static func word(after key: ByteString, in text: ByteString) -> ByteString? {
        for line in text.split(on: UInt8(ascii: "\n")) where line.hasPrefix(key) {
            let rest = ByteString(line.bytes[key.count...])
            return rest.split(on: UInt8(ascii: "\t")).flatMap { $0.split(on: UInt8(ascii: " ")) }.first { !$0.isEmpty }
        }
        return nil
    }
}
