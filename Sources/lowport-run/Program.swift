// SPDX-License-Identifier: Apache-2.0
import Linux

/// Starts a program that may bind what its user is allowed to, in one of several ways. See lowport-run(1).
@c(lowport_run_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    let words = unsafe [ByteString](argumentCount: count, arguments: arguments)
    do throws(RunOptions.UsageError) {
        guard let options = try RunOptions.parse(words.dropFirst()) else {
            try? InheritedDescriptor.standardOutput.write(RunOptions.usage)
            return 0
        }
        return Launcher(options: options).start()
    } catch {
        try? InheritedDescriptor.standardError.write("lowport-run: \(error.message.escaped)\n\(RunOptions.usage)")
        return 125
    }
}
