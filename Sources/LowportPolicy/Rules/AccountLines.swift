// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The lines of /etc/passwd and /etc/group (passwd(5), group(5)).
package enum AccountLines {
    /// The ID of the account `name` in `content`, the bytes of either file; nil if there is no such account.
    ///
    /// Only a line that every C library reads in the same way counts: the first line of that name, with all its fields,
    /// plain numbers and no NUL. For anything else, the caller asks the C library.
    package static func number(of name: ByteString, in content: [UInt8]) -> UInt32? {
        // An entry that begins with a sign is a reference to another database.
        guard let first = name.bytes.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-"),
            let last = name.bytes.last, !name.bytes.contains(UInt8(ascii: ":"))
        else { return nil }
        var start = 0
        while start < content.count {
            let end = content.position(of: UInt8(ascii: "\n"), from: start)
            let colon = start + name.count
            // The last byte first, because the names of many users differ there.
            if colon < end, content[colon - 1] == last, content[colon] == UInt8(ascii: ":"),
                content[start..<colon].elementsEqual(name.bytes)
            {
                return number(in: content[start..<end])
            }
            start = end + 1
        }
        return nil
    }

    /// The third field; in a line of seven fields, as for users, the fourth must be a number too.
    private static func number(in line: ArraySlice<UInt8>) -> UInt32? {
        var starts = [line.startIndex]
        for index in line.indices where line[index] == UInt8(ascii: ":") { starts.append(index + 1) }
        guard starts.count == 4 || starts.count == 7, !line.contains(0) else { return nil }
        let limit = UInt64(UInt32.max)
        guard let number = Digits.canonicalNumber(line[starts[2]..<(starts[3] - 1)], upTo: limit) else { return nil }
        if starts.count == 7, Digits.canonicalNumber(line[starts[3]..<(starts[4] - 1)], upTo: limit) == nil {
            return nil
        }
        return UInt32(number)
    }
}
