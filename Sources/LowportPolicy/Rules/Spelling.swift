// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Guesses the known word that a misspelt word stands for.
package enum Spelling {
    /// The word of `known` that differs from `word` by one or two typing errors; nil if there is none.
    package static func nearest(to word: ByteString, among known: [ByteString]) -> ByteString? {
        var best: (word: ByteString, distance: Int)?
        for candidate in known {
            var distance = distance(word.bytes.map(lowercased), candidate.bytes)
            // The dashes of options are no letters.
            let allowed = candidate.bytes.count { $0 != UInt8(ascii: "-") } < 4 ? 1 : 2
            // A permutation of the letters, such as two swapped ones, counts as one error, in short words as well.
            let isSwap = word.count == candidate.count && word.bytes.sorted() == candidate.bytes.sorted()
            if isSwap { distance = min(distance, 1) }
            if distance <= allowed || isSwap, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    /// The number of letters to insert, remove or replace to turn one word into the other (Levenshtein distance).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard left.count <= 64 else { return .max }
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in 1..<(right.count + 1) {
                let above = row[column]
                row[column] = min(
                    above + 1,
                    row[column - 1] + 1,
                    diagonal + (letter == right[column - 1] ? 0 : 1)
                )
                diagonal = above
            }
        }
        return row[right.count]
    }
}
