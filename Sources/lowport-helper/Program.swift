// SPDX-License-Identifier: Apache-2.0
import HelperProtocol
import Linux
import PortPolicy

/// Binds the socket on descriptor 0 for the user who starts it, if that user may: the one privileged program.
///
/// The exit status is 0, or the number of the error that `bind` would have failed with. See lowport-helper(8).
@c(lowport_helper_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    let given = unsafe [ByteString](argumentCount: count, arguments: arguments)
    do throws(Errno) {
        let caller = try confine()
        let names = NameService(without: caller.capabilities)
        if Service.isRequested(by: given) {
            // Rules with other names may come later, when no process can be started any more.
            try names.start()
            Confinement.endWithParent()
            try restrict(caller, to: .ofService)
            var service = Service(for: caller, names: names)
            return service.run()
        }
        return bindOnce(given, for: caller, names: names)
    } catch {
        return fail("cannot give up privileges: \(error.message)", error)
    }
}

/// The part of it that is linked statically, for one bind: the full program takes over for all else.
@c(lowport_helper_once_main)
public func mainOnce(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    let given = unsafe [ByteString](argumentCount: count, arguments: arguments)
    let full = NSSHelper(arguments: given)
    do throws(Errno) {
        let caller = try confine()
        if Service.isRequested(by: given) {
            full.takeOver()
            return fail("no lowport-helper-nss", .noSystemCall)
        }
        return bindOnce(given, for: caller, names: NamesInFiles(isMissing: full.takeOver))
    } catch {
        return fail("cannot give up privileges: \(error.message)", error)
    }
}

/// Does what the command line asks for.
/// - Returns: the exit status.
private func bindOnce(_ given: [ByteString], for caller: Caller, names: some NameResolver) -> Int32 {
    // A kernel before 5.18 starts a program without even a name.
    guard let address = HelperArguments.address(from: Array(given.dropFirst())) else {
        return fail("bad usage", .noSystemCall)
    }
    let now = WallClock.seconds
    var log = SystemLog()
    var isRestricted = false
    let asked = DelegatedBind(
        caller: caller,
        socket: .standardInput,
        address: address,
        thread: CurrentProcess.parent
    )
    func restrictOnce() {
        // To look for names may take another program; from here on nothing does.
        if isRestricted { return }
        isRestricted = true
        do throws(Errno) {
            // landlock(7) has an error of its own for an address of another family, which gets no privilege anyway.
            try restrict(caller, to: .ofOneBind, bindingOnly: asked.isOfItsFamily ? address.port : nil)
        } catch { CurrentProcess.exit(fail("cannot give up privileges: \(error.message)", error)) }
    }
    let request = asked.request
    let decision = Policy.system.decision(for: request, in: caller.context(now: now, names: names)) { restrictOnce() }
    restrictOnce()
    let reply = asked.carryOut(request, decision, log: &log)
    caller.capabilities.lower()
    explain(decision)
    return reply.error?.rawValue ?? 0
}

/// Makes this process one whose state its starter had no part in, and that has no privilege in use.
private func confine() throws(Errno) -> Caller {
    openStandardDescriptors()
    try Confinement.closeDescriptors(from: 3)
    // Before there is a process without capabilities beside this one, which its user could look into otherwise: with
    // fs.suid_dumpable of 1, execve(2) leaves both as open as any program.
    try Confinement.forbidLookingInto()
    Confinement.blockSignals()
    // A helper that was stopped between its decision and the bind must not go on when the decision may be revoked.
    Confinement.limitLife(seconds: 5)
    Confinement.resetEnvironment()
    return Caller(capabilities: try HeldCapabilities(keeping: [.dacReadSearch, .netBindService, .setpcap]))
}

/// Leaves this process, for good, with what its work takes: the set-up is over.
/// - Parameter port: the only port of TCP that it binds, for a helper that looks into no other process.
private func restrict(_ caller: Caller, to calls: AllowedCalls, bindingOnly port: Port? = nil) throws(Errno) {
    try caller.capabilities.emptyBoundingSet()
    try Confinement.limitResources()
    try CapabilityControls.gainNoNewPrivileges()
    if let port { try Confinement.forbidWriting(bindingOnly: port) }
    try Confinement.allow(only: calls)
}

/// Says what authbind's helper says: something only where the tree itself could not be used.
private func explain(_ decision: Decision) {
    guard let error = decision.refusal, let what = decision.unusable else { return }
    _ = fail("\(what): \(originalMessage(error))", error)
}

/// The text that the GNU C library has for `error`, whichever library this is linked with.
private func originalMessage(_ error: Errno) -> ByteString {
    switch error {
    case .symbolicLinkLoop: "Too many levels of symbolic links"
    case .inputOutput: "Input/output error"
    default: error.message
    }
}

/// Says on standard error why nothing was bound, in the words that scripts know, and gives the exit status.
private func fail(_ reason: ByteString, _ error: Errno) -> Int32 {
    try? InheritedDescriptor.standardError.write("libauthbind's helper: \(reason)\n")
    return error.rawValue
}
