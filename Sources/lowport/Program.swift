// SPDX-License-Identifier: Apache-2.0
import LowportLinux

/// The command that users type. It does `run`, `forward` and `can-bind` itself, and executes lowport-admin for the other
/// verbs. See lowport(8).
@c(lowport_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    // SAFETY: the kernel passes `count` C strings.
    let all = unsafe [ByteString](argumentCount: count, arguments: arguments)
    let words = all.dropFirst()
    let verb = Verb(words)
    // Linked into a directory of a user, it would start that user's program with the rights of the owner of this
    // program.
    if CurrentProcess.isSetID {
        return StartError("must not be installed set-user-ID or set-group-ID", status: verb.errorStatus).report(words)
    }
    if let status = CanBindQuestion(words)?.answer() { return status }
    do throws(StartError) {
        return try verb.start(name: all.first ?? "lowport", words)
    } catch { return error.report(words) }
}
