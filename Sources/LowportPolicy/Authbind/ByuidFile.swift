// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A file `byuid/UID` of the authbind tree: lines, each of which may allow something.
package enum ByuidFile {
    /// The maximum length of a line in bytes, without the blanks at its end.
    ///
    /// authbind 2.1.3 reads lines in pieces of this size and takes each piece for a line, so that the end of a long
    /// comment can grant. Here, a longer line grants nothing.
    package static let longestLine = 298

    /// The number, counted from 1, of the first line in `content` that allows `request`; nil if none does.
    package static func line(allowing request: BindRequest, in content: [UInt8]) -> Int? {
        var number = 0
        var rest = content[...]
        while !rest.isEmpty {
            number += 1
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            if let rule = rule(on: rest[..<end]), rule.covers(request.address, request.port) {
                return number
            }
            rest = end == rest.endIndex ? [] : rest[(end + 1)...]
        }
        return nil
    }

    /// The rule on a line without its newline; nil if the line is not a rule.
    package static func rule(on line: ArraySlice<UInt8>) -> ByuidRule? { ByuidRule(meaningful(line)) }

    /// The part of a line that is parsed: the text before a NUL, if it is not too long; otherwise nothing.
    private static func meaningful(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = line.prefix { $0 != 0 }
        while let last = text.last, Digits.isBlank(last) { text.removeLast() }
        return text.count <= longestLine ? text : []
    }
}
