// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportRunCommand

/// Starts a program that may bind the ports its user is allowed to bind, with one of several engines. See
/// lowport-run(1).
@c(lowport_run_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    let words = unsafe [ByteString](argumentCount: count, arguments: arguments)
    return RunCommand(words.dropFirst()).start()
}
