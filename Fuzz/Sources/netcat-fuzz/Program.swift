// SPDX-License-Identifier: Apache-2.0
import CFuzz
import Linux

/// Feeds the parser that the first argument names: `options`, `access`, `telnet`, `request`, `http` or `socks`. The other
/// arguments are libFuzzer's.
@c(netcat_fuzz_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    guard count > 1 else { return 2 }
    let name = unsafe ByteString(cString: arguments[1])
    var rest = count - 1
    var pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe arguments + 1
    if name == "options" { return unsafe LLVMFuzzerRunDriver(&rest, &pointer, fuzzOptions) }
    if name == "access" { return unsafe LLVMFuzzerRunDriver(&rest, &pointer, fuzzAccess) }
    if name == "telnet" { return unsafe LLVMFuzzerRunDriver(&rest, &pointer, fuzzTelnet) }
    if name == "request" { return unsafe LLVMFuzzerRunDriver(&rest, &pointer, fuzzRequest) }
    if name == "http" { return unsafe LLVMFuzzerRunDriver(&rest, &pointer, fuzzHTTP) }
    if name == "socks" { return unsafe LLVMFuzzerRunDriver(&rest, &pointer, fuzzSocks) }
    return 2
}
