// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportPolicy

/// A fingerprint of the policy files at one time: equal numbers mean that nothing has changed.
///
/// It is computed from the status of files and directories, not from the clock, so a change during reading is detected
/// as well. It does not cover changes to the members of groups.
package struct PolicyFingerprint: Hashable, Sendable {
    /// One number for each group of paths that a permission source is read from, in the order of the sources; nil for a
    /// group that this process may not inspect.
    package var parts: [UInt64?]

    /// The number of parts.
    package static var count: Int { groups.count }

    private static var groups: [[WatchedPath]] { PolicySource.allCases.flatMap { $0.traits.watchedPaths } }

    /// Creates a fingerprint that agrees with no other.
    package init() { parts = [UInt64?](repeating: nil, count: Self.count) }

    /// Creates a fingerprint from its `count` parts.
    package init(parts: [UInt64?]) { self.parts = parts }

    /// Returns the current fingerprint of this machine's policy.
    package static func current() -> PolicyFingerprint {
        PolicyFingerprint(
            parts: groups.map { group in
                var sum: UInt64 = 0
                for path in group {
                    guard let number = number(of: path) else { return nil }
                    sum &+= number
                }
                return sum
            }
        )
    }

    /// Whether all parts of this fingerprint are known, and equal those that `other` could determine.
    package func agrees(with other: PolicyFingerprint) -> Bool {
        for (mine, its) in zip(parts, other.parts) {
            guard let mine else { return false }
            if let its, its != mine { return false }
        }
        return true
    }

    // MARK: - Files

    private static func number(of path: WatchedPath) -> UInt64? {
        switch path.kind {
        case .directory: status(path.path, isDirectory: true)
        case .file: status(path.path)
        case .files(let suffix): directory(path.path, suffix: suffix)
        }
    }

    /// The fingerprint of the directory at `path` and of all files in it whose names end with `suffix`, in any order.
    private static func directory(_ path: ByteString, suffix: ByteString) -> UInt64? {
        guard var sum = status(path, isDirectory: true) else { return nil }
        do throws(Errno) {
            for name in try FileDescriptor.open(path, [.readOnly, .directory]).names() where name.hasSuffix(suffix) {
                guard let number = status("\(path)/\(name)") else { return nil }
                sum &+= number
            }
        } catch { if error != .noSuchFile && error != .notDirectory { return nil } }
        return sum
    }

    /// The fingerprint of the file at `path`. A directory's times are ignored because it also contains other files.
    private static func status(_ path: ByteString, isDirectory: Bool = false) -> UInt64? {
        var number: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ bits: UInt64) {
            // FNV-1a, eight bytes at once.
            number = (number ^ bits) &* 0x100_0000_01B3
            number ^= number >> 32
        }
        for byte in path.bytes { add(UInt64(byte)) }
        for followLinks in [false, true] {
            do throws(Errno) {
                let status = try FileStatus(of: path, followLinks: followLinks)
                add(status.device)
                add(status.inode)
                add(UInt64(status.owner.rawValue) << 32 | UInt64(status.mode.rawValue))
                if !isDirectory {
                    add(UInt64(bitPattern: status.changed))
                    add(UInt64(bitPattern: status.size))
                }
                if status.kind != .symbolicLink { break }
            } catch {
                guard error == .noSuchFile || error == .notDirectory || error == .symbolicLinkLoop else { return nil }
                add(.max)
                break
            }
        }
        return number
    }
}

extension PolicyFingerprint: ByteStringConvertible {
    /// The parts in hexadecimal, separated by spaces, with a dash for each unknown part.
    package var byteString: ByteString {
        var text = ByteString()
        for part in parts {
            if !text.isEmpty { text += " " }
            text += part.map { ByteString(hexadecimal: $0) } ?? "-"
        }
        return text
    }

    /// Parses the output of `byteString`; nil for anything else.
    package init?(_ text: ByteString) {
        self.init()
        let words = text.split(on: UInt8(ascii: " "))
        guard words.count == Self.count else { return nil }
        for (index, word) in words.enumerated() where word != "-" {
            guard let value = Digits.canonicalNumber(word, base: 16) else { return nil }
            parts[index] = value
        }
        if byteString != text { return nil }
    }
}
