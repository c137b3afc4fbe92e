// SPDX-License-Identifier: Apache-2.0

/// Binds the socket on descriptor 0 for the user who starts it, if that user may: the one privileged program.
///
/// The exit status is 0, or the number of the error that `bind` would have failed with. See lowport-helper(8).
@c(lowport_helper_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    do throws(Errno) {
        try confine()
    } catch {
        return fail("cannot give up privileges: \(error.message)", error)
    }
    // A kernel before 5.18 allows a program without a name.
    let words = (1..<max(1, Int(count))).map { index in unsafe ByteString(cString: arguments[index]) }
    guard let address = HelperArguments.address(from: words) else { return fail("bad usage", .noSystemCall) }
    do throws(Errno) {
        try InheritedSocket.standardInput.bindIfAllowed(to: address)
        return 0
    } catch {
        return error.rawValue
    }
}

/// Makes this process one whose state its starter had no part in, and that has no privilege in use.
private func confine() throws(Errno) {
    openStandardDescriptors()
    try Confinement.closeDescriptors(from: 3)
    // A helper that was stopped between its decision and the bind must not go on when the decision may be revoked.
    Confinement.limitLife(seconds: 5)
    Confinement.resetEnvironment()
    try HeldCapability.keepOnly([.readSearch, .bindService])
}

/// Says on standard error why nothing was bound, in the words that scripts know, and gives the exit status.
func fail(_ reason: ByteString, _ error: Errno) -> Int32 {
    try? InheritedDescriptor.standardError.write("libauthbind's helper: \(reason)\n")
    return error.rawValue
}
