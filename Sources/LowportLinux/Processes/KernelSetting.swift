// SPDX-License-Identifier: Apache-2.0

/// The content of files below /proc/sys (proc_sys(5)).
enum KernelSetting {
    /// Parses `content`, digits and an optional line feed, as a number. Nil for anything else, and above `limit`.
    static func number(in content: [UInt8], upTo limit: UInt64) -> UInt64? {
        Digits.number(content.last == UInt8(ascii: "\n") ? content.dropLast() : content[...], upTo: limit)
    }
}
