// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

extension [ByteString] {
    /// Sorts the strings bytewise.
    ///
    /// Shell sort: the sort of the standard library is stable, which distinct names do not need, and would be several
    /// times the size of this function, in a program that has to be small.
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
