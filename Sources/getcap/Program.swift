// SPDX-License-Identifier: Apache-2.0

/// The entry point of getcap(8).
@c(getcap_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    let words = unsafe [ByteString](argumentCount: count, arguments: arguments)
    do {
        let posix = Environment.value(of: "POSIXLY_CORRECT") != nil
        var program = GetcapProgram(try GetcapCommandLine(words.dropFirst(), optionsStandFirst: posix))
        program.run()
        return 0
    } catch {
        return error.report(program: words.first ?? "getcap")
    }
}
