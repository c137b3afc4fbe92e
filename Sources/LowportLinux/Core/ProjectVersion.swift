// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The version of this program, and of program files of this project.
package enum ProjectVersion {
    /// `0.2.0`.
    package static var current: ByteString { unsafe ByteString(cString: clinux_version()) }

    /// The version in the bytes of a program file; nil if it is not of this project.
    package static func found(in program: [UInt8]) -> ByteString? {
        // Concatenated here, so that a program does not contain the mark twice.
        let mark = [0x40, 0x28, 0x23, 0x29] + ByteString("lowport ").bytes
        var start = 0
        while let next = program[start...].firstIndex(of: mark[0]) {
            let rest = program[next...]
            if rest.starts(with: mark) {
                return ByteString(rest.dropFirst(mark.count).prefix { $0 > 0x20 && $0 < 0x7F }.prefix(32))
            }
            start = next + 1
        }
        return nil
    }
}
