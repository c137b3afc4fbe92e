// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportNetcat

/// Converts the arguments and runs nc. `nc` and `netcat` are two names of this file.
@c(lowport_nc_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    // SAFETY: the kernel passes `count` C strings.
    let all = unsafe [ByteString](argumentCount: count, arguments: arguments)
    return Command.run(name: all.first ?? "nc", Array(all.dropFirst()))
}
