// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Words between blanks, in quotation marks or not, as env(1), systemd.service(5) and shells have them.
package enum QuotedWords {
    /// The words of `text`; nil if a quotation mark is not closed. Variables stay as they are written.
    /// - Parameter escaped: reads the bytes that a backslash and what follows it stand for; the backslash has been read.
    package static func split(
        _ text: ArraySlice<UInt8>,
        _ escaped: (inout ArraySlice<UInt8>) -> [UInt8]
    ) -> [ByteString]? {
        var words: [ByteString] = []
        var word: [UInt8]?
        var quote: UInt8?
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\\"): word = (word ?? []) + escaped(&rest)
            case let mark where mark == quote: quote = nil
            case UInt8(ascii: "\"") where quote == nil, UInt8(ascii: "'") where quote == nil:
                quote = byte
                word = word ?? []
            case _ where quote == nil && Digits.isBlank(byte):
                if let word { words.append(ByteString(word)) }
                word = nil
            default: word = (word ?? []) + [byte]
            }
        }
        if quote != nil { return nil }
        if let word { words.append(ByteString(word)) }
        return words
    }
}
