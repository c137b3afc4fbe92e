// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension [UInt8] {
    /// The index of the first `byte` from `start` on; the end of the array if there is none.
    ///
    /// The corresponding C function is memchr(3), which compares many bytes at a time.
    package func position(of byte: UInt8, from start: Int) -> Int {
        unsafe withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = unsafe memchr(base + start, Int32(byte), bytes.count - start)
            else { return bytes.count }
            return unsafe base.distance(to: UnsafeRawPointer(found))
        }
    }
}
