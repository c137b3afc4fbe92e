// SPDX-License-Identifier: Apache-2.0
internal import CLinux

extension Descriptor where Self: ~Copyable {
    /// The number that tells this socket from all others since the machine was started (`SO_COOKIE`, socket(7)).
    public func cookie() throws(Errno) -> UInt64 {
        let descriptor = rawValue
        var value: UInt64 = 0
        var length = socklen_t(MemoryLayout<UInt64>.size)
        try nothingOrErrno(.getSocketOption) {
            unsafe getsockopt(descriptor, SOL_SOCKET, Int32(clinux_SO_COOKIE), &value, &length)
        }
        return value
    }
}
