// SPDX-License-Identifier: Apache-2.0
public import Linux
internal import PortPolicy

/// What the files of the policy are at a time, in short: the same numbers mean that nothing changed.
///
/// It goes by the status of files and directories, not by the clock: what changes while it is read is seen as well. Members of
/// groups may change all the same.
public struct PolicyFingerprint: Hashable, Sendable {
    /// The numbers for the groups of paths that the sources of permission are read from, in their order; nil for what this
    /// process may not look at.
    public var parts: [UInt64?]

    /// How many parts there are.
    public static var count: Int { groups.count }

    private static var groups: [[WatchedPath]] { PolicySource.allCases.flatMap { $0.traits.watchedPaths } }

    /// The fingerprint that agrees with no other.
    public init() { parts = [UInt64?](repeating: nil, count: Self.count) }

    /// The fingerprint with these parts, of which there are `count`.
    public init(parts: [UInt64?]) { self.parts = parts }

    /// The fingerprint of the policy of this machine as it is now.
    public static func current() -> PolicyFingerprint {
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

    /// Whether nothing of what `other` could look at is different from this, of which everything has to be known.
    public func agrees(with other: PolicyFingerprint) -> Bool {
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

    /// The directory at `path` and everything in it whose name ends with `suffix`, in any order.
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

    /// What is at `path`. In the directories lie other things as well, so that their times say nothing.
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
    /// The parts in hexadecimal, with blanks between them, and a dash for what is not known.
    public var byteString: ByteString {
        var text = ByteString()
        for part in parts {
            if !text.isEmpty { text += " " }
            text += part.map { ByteString(hexadecimal: $0) } ?? "-"
        }
        return text
    }

    /// Reads what `byteString` wrote; nil for anything else.
    public init?(_ text: ByteString) {
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
