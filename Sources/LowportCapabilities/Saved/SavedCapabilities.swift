// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The capabilities of a file, as `getcap --save` saves them.
package struct SavedCapabilities: Hashable, Sendable {
    /// The path of the file.
    package let path: ByteString
    /// The capabilities of the file, with their root user.
    package let capabilities: FileCapabilities
    /// What identifies the file.
    package let fingerprint: FileFingerprint

    /// Creates an entry.
    package init(path: ByteString, capabilities: FileCapabilities, fingerprint: FileFingerprint) {
        self.path = path
        self.capabilities = capabilities
        self.fingerprint = fingerprint
    }

    /// Examines the regular file at `path`, which must not be a symbolic link, through a single descriptor.
    ///
    /// Throws ESTALE if the file has no capabilities.
    init(ofFile path: ByteString) throws(Errno) {
        let file = try FileDescriptor.open(path, [.readOnly, .noFollow, .nonBlocking, .noControllingTerminal])
        let found = try FileCapabilities(of: file)
        guard let found else { throw .staleFile }
        self.init(path: path, capabilities: found, fingerprint: try FileFingerprint(of: file))
    }
}

/// Why a text does not contain saved capabilities.
package struct SavedCapabilitiesError: Error, Hashable, Sendable {
    /// The line, counted from 1.
    package let line: Int
}

/// The format of the save file: a heading, a line for every file with capabilities, and a line that ends the file.
///
///     lowport-capabilities 1
///     ATTRIBUTE DIGEST OWNER GROUP MODE PATH
///     end COUNT
///
/// ATTRIBUTE is the value of `security.capability` and DIGEST the SHA-256 of the content, both hexadecimal; OWNER and
/// GROUP are decimal, MODE is octal; in PATH, every byte that is not visible ASCII, and `%`, is written as `%` and two
/// hexadecimal digits. A file without the last line is incomplete.
extension SavedCapabilities {
    static var heading: ByteString { "lowport-capabilities 1" }

    /// The text of the save file with `entries`.
    package static func text(of entries: [SavedCapabilities]) -> ByteString {
        var text = heading + "\n"
        for entry in entries { text += entry.line + "\n" }
        return text + "end \(entries.count)\n"
    }

    private var line: ByteString {
        let mark = fingerprint
        let mode = ByteString(Hexadecimal.octal(mark.mode.rawValue))
        return
            "\(ByteString(hexadecimal: capabilities.attribute)) \(ByteString(hexadecimal: mark.digest)) \(mark.owner) \(mark.group) "
            + mode + " " + Hexadecimal.escaped(path)
    }

    /// Parses what `text(of:)` wrote; throws for anything else.
    package static func entries(in text: ByteString) throws(SavedCapabilitiesError) -> [SavedCapabilities] {
        let lines = text.split(on: UInt8(ascii: "\n"))
        guard lines.first == heading else { throw SavedCapabilitiesError(line: 1) }
        var entries: [SavedCapabilities] = []
        for (index, line) in lines.enumerated().dropFirst() {
            if line == "end \(entries.count)" {
                // Only the end of this line may follow.
                guard index == lines.count - 2, lines[index + 1].isEmpty else {
                    throw SavedCapabilitiesError(line: index + 2)
                }
                return entries
            }
            guard let entry = SavedCapabilities(line: line) else { throw SavedCapabilitiesError(line: index + 1) }
            entries.append(entry)
        }
        throw SavedCapabilitiesError(line: lines.count)
    }

    private init?(line: ByteString) {
        let fields = line.split(on: UInt8(ascii: " "))
        guard fields.count == 6,
            let attribute = Hexadecimal.bytes(fields[0]),
            let capabilities = try? FileCapabilities(attribute: attribute), capabilities.attribute == attribute,
            let digest = Hexadecimal.bytes(fields[1]), digest.count == 32,
            let owner = Digits.canonicalNumber(fields[2], upTo: UInt64(UInt32.max)),
            let group = Digits.canonicalNumber(fields[3], upTo: UInt64(UInt32.max)),
            let mode = Digits.canonicalNumber(fields[4], base: 8, upTo: 0o7777),
            let path = Hexadecimal.unescaped(fields[5]), !path.isEmpty
        else { return nil }
        self.init(
            path: path,
            capabilities: capabilities,
            fingerprint: FileFingerprint(
                digest: digest,
                owner: UserID(rawValue: UInt32(owner)),
                group: GroupID(rawValue: UInt32(group)),
                mode: FileMode(rawValue: UInt32(mode))
            )
        )
    }
}
