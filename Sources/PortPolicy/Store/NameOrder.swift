// SPDX-License-Identifier: Apache-2.0
internal import Linux

extension [ByteString] {
    /// Brings the strings into bytewise order.
    ///
    /// Shell's method: the sort of the standard library is stable, which names that all differ do not need, and would
    /// be several times the size of this in a program that has to be small.
    mutating func order() {
        var gap = count / 2
        while gap > 0 {
            for start in gap..<count {
                var index = start
                while index >= gap, self[index] < self[index - gap] {
                    swapAt(index, index - gap)
                    index -= gap
                }
            }
            gap /= 2
        }
    }
}
