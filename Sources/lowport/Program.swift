// SPDX-License-Identifier: Apache-2.0
import Linux

/// The command that people type. It does `run`, `forward` and `can-bind` itself, and becomes the program that has all
/// verbs for the others. See lowport(8).
@c(lowport_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    // SAFETY: the kernel passes `count` C strings.
    let all = unsafe [ByteString](argumentCount: count, arguments: arguments)
    let words = all.dropFirst()
    let verb = Verb(words)
    // Linked into a directory of somebody's own, it would start their program with the rights of its owner.
    if CurrentProcess.isSetID {
        return StartError("must not be installed set-user-ID or set-group-ID", status: verb.errorStatus).report(words)
    }
    if let status = CanBindQuestion(words)?.answer() { return status }
    do throws(StartError) {
        return try verb.start(name: all.first ?? "lowport", words)
    } catch { return error.report(words) }
}
