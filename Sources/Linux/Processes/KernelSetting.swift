// SPDX-License-Identifier: Apache-2.0

/// What the files below /proc/sys hold (proc_sys(5)).
enum KernelSetting {
    /// The number that `content`, the bytes of a file, is: digits and a line feed. Nil for anything else, and above `limit`.
    static func number(in content: [UInt8], upTo limit: UInt64) -> UInt64? {
        Digits.number(content.last == UInt8(ascii: "\n") ? content.dropLast() : content[...], upTo: limit)
    }
}
