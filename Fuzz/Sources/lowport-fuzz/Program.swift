// SPDX-License-Identifier: Apache-2.0
import CFuzz
import Glibc

/// The property that this process is about, from before the first input on.
nonisolated(unsafe) private var chosen: Property?

/// Feeds the target that the first argument names; the other arguments are libFuzzer's. `--list` names all targets.
@c(lowport_fuzz_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    guard count > 1, let word = unsafe arguments[1] else { return 2 }
    let name = unsafe String(cString: word)
    if name == "--list" {
        for property in Property.all { print(property.name) }
        return 0
    }
    unsafe chosen = Property.all.first { $0.name == name }
    guard unsafe chosen != nil else { return 2 }
    var rest = count - 1
    var pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe arguments + 1
    return unsafe LLVMFuzzerRunDriver(&rest, &pointer, feed)
}

/// One input. What does not hold ends the process as a trap does, so that libFuzzer keeps the input.
private func feed(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: data, count: size))
    do { try unsafe chosen?.check(bytes) } catch {
        let text = Array("violated: \(error)\n".utf8)
        _ = unsafe write(2, text, text.count)
        abort()
    }
    return 0
}
