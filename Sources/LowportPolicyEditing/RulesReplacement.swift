// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
package import LowportPolicy

extension RulesFile {
    /// The change that makes `newContent` the text of the file: the lines that only one of the two texts has, in order.
    ///
    /// A line that only moved is not a difference, unless there is no other; then every line from the first that moved
    /// to the last is reported as removed and added.
    package func replaced(by newContent: [UInt8]) -> RulesChange {
        let new = RulesFile.textLines(of: newContent)
        let old = lines.map { ByteString($0.text) }
        var change = RulesChange(content: newContent)
        if old == new { return change }
        change.removed = Self.surplus(of: old, over: new)
        change.added = Self.surplus(of: new, over: old)
        if change.isEmpty {
            let moved = old.indices.filter { old[$0] != new[$0] }
            if let first = moved.first, let last = moved.last {
                change.removed = Array(old[first...last])
                change.added = Array(new[first...last])
            }
        }
        return change
    }

    private static func textLines(of content: [UInt8]) -> [ByteString] {
        var lines = ByteString(content).split(on: UInt8(ascii: "\n"))
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// The lines of `lines` that `others` lacks, or has fewer times.
    private static func surplus(of lines: [ByteString], over others: [ByteString]) -> [ByteString] {
        var left: [ByteString: Int] = [:]
        for line in others { left[line, default: 0] += 1 }
        return lines.filter { line in
            guard let count = left[line], count > 0 else { return true }
            left[line] = count - 1
            return false
        }
    }
}
