// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportNetcat

/// Parses the arguments and forwards connections until a signal ends the process.
@c(lowport_forward_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    // SAFETY: the kernel passes `count` C strings.
    let all = unsafe [ByteString](argumentCount: count, arguments: arguments)
    return ForwardCommand.run(name: all.first ?? "lowport-forward", Array(all.dropFirst()))
}
