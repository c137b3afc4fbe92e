// SPDX-License-Identifier: Apache-2.0

/// The entry point of setcap(8).
@c(setcap_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    let words = unsafe [ByteString](argumentCount: count, arguments: arguments)
    if words.count < 2 {
        complain(SetcapText.usage)
        return 1
    }
    var program = SetcapProgram(words.dropFirst())
    return program.run()
}
