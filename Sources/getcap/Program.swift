// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLinux

/// The entry point of getcap(8).
@c(lowport_getcap_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    // SAFETY: the kernel passes `count` C strings.
    GetcapCommand.run(unsafe [ByteString](argumentCount: count, arguments: arguments))
}
