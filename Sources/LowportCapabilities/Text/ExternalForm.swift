// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The form in which programs that use libcap exchange states (cap_copy_ext(3)).
///
/// Four bytes that identify the form, one byte with the size of a set in bytes, then that many bytes of effective,
/// permitted and inheritable in turns, low bytes first.
extension CapabilityState {
    private static var externalHeading: [UInt8] { [0x90, 0xC2, 0x01, 0x51] }

    /// The state in the external form: 29 bytes.
    package var externalForm: [UInt8] {
        var bytes = Self.externalHeading + [8]
        for shift in stride(from: 0, to: 64, by: 8) as StrideTo<UInt64> {
            for set in [effective, permitted, inheritable] {
                bytes.append(UInt8(truncatingIfNeeded: set.rawValue >> shift))
            }
        }
        return bytes
    }

    /// Decodes the external form; nil if the bytes are not in that form, or are incomplete.
    ///
    /// Bytes beyond 64 capabilities must be zero.
    package init?(externalForm bytes: [UInt8]) {
        guard bytes.starts(with: Self.externalHeading), bytes.count > 5, bytes.count == 5 + 3 * Int(bytes[4]) else {
            return nil
        }
        var sets: [UInt64] = [0, 0, 0]
        for (index, byte) in bytes.dropFirst(5).enumerated() {
            if index / 3 < 8 {
                sets[index % 3] |= UInt64(byte) << UInt64(index / 3 * 8)
            } else if byte != 0 {
                return nil
            }
        }
        self.init(
            effective: CapabilitySet(rawValue: sets[0]),
            permitted: CapabilitySet(rawValue: sets[1]),
            inheritable: CapabilitySet(rawValue: sets[2])
        )
    }
}
