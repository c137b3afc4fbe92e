// SPDX-License-Identifier: Apache-2.0
import CFuzz
import Linux

/// Feeds the parser that the first argument names: `text`, `attribute`, `vectors`, `external` or `saved`. The other
/// arguments are libFuzzer's.
@c(capability_fuzz_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    guard count > 1 else { return 2 }
    let name = unsafe ByteString(cString: arguments[1])
    var rest = count - 1
    var pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe arguments + 1
    if name == "text" { return unsafe LLVMFuzzerRunDriver(&rest, &pointer, fuzzText) }
    if name == "attribute" { return unsafe LLVMFuzzerRunDriver(&rest, &pointer, fuzzAttribute) }
    if name == "vectors" { return unsafe LLVMFuzzerRunDriver(&rest, &pointer, fuzzVectors) }
    if name == "external" { return unsafe LLVMFuzzerRunDriver(&rest, &pointer, fuzzExternalForm) }
    if name == "saved" { return unsafe LLVMFuzzerRunDriver(&rest, &pointer, fuzzSaved) }
    return 2
}
