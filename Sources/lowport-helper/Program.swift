// SPDX-License-Identifier: Apache-2.0
import LowportHelperProtocol
import LowportLinux
import LowportPolicy

/// Binds the socket on descriptor 0 for the user who starts the helper, if that user is permitted to: the only
/// privileged program of Lowport.
///
/// The exit status is 0, or the number of the error that `bind` would have failed with. See lowport-helper(8).
@c(lowport_helper_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    let given = unsafe [ByteString](argumentCount: count, arguments: arguments)
    do throws(Errno) {
        let caller = try confine()
        let names = NameService(without: caller.capabilities)
        if Service.isRequested(by: given) {
            // Rules with other names may be added later, when this process can no longer start another.
            try names.start()
            Confinement.endWithParent()
            try restrict(caller, to: .ofService)
            var service = Service(for: caller, names: names)
            return service.run()
        }
        return bindOnce(given, for: caller, names: names)
    } catch {
        return failToRestrict(error)
    }
}

/// The statically linked part of the helper, for one bind: the complete helper takes over for everything else.
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
        // lowport-run starts the helper without arguments to find out whether it can do its work.
        if given.count < 2 { try restrict(caller, to: .ofOneBind) }
        return bindOnce(given, for: caller, names: NamesInFiles(isMissing: full.takeOver))
    } catch {
        return failToRestrict(error)
    }
}

/// Carries out the bind that the command line specifies.
/// - Returns: the exit status.
private func bindOnce(_ given: [ByteString], for caller: Caller, names: some NameResolver) -> Int32 {
    // Before Linux 5.18, a program may be started without even its own name.
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
        // Looking up names may execute another program; from here on, nothing does.
        if isRestricted { return }
        isRestricted = true
        do throws(Errno) {
            // landlock(7) has a different error for an address of another family, which gets no privilege anyway.
            try restrict(caller, to: .ofOneBind, bindingOnly: asked.isOfItsFamily ? address.port : nil)
        } catch { CurrentProcess.exit(failToRestrict(error)) }
    }
    let request = asked.request
    let decision = Policy.system.decision(for: request, in: caller.context(now: now, names: names)) { restrictOnce() }
    restrictOnce()
    let reply = asked.carryOut(request, decision, log: &log)
    caller.capabilities.lower()
    explain(decision)
    return reply.error?.rawValue ?? 0
}

/// Resets all state of this process that its starter may have influenced, and leaves no privilege in effect.
private func confine() throws(Errno) -> Caller {
    openStandardDescriptors()
    Confinement.closeDescriptors(from: 3)
    // This must precede the start of a process without capabilities, which its user could otherwise inspect: with
    // fs.suid_dumpable set to 1, execve(2) leaves both processes as dumpable as any program.
    try Confinement.forbidLookingInto()
    Confinement.blockSignals()
    // A helper that was stopped between decision and bind must not continue when the decision may have been revoked.
    Confinement.limitLife(seconds: 5)
    Confinement.resetEnvironment()
    let capabilities = try HeldCapabilities(keeping: [.dacReadSearch, .netBindService, .setpcap])
    // A set-user-ID helper has changed its user for that, with which the kernel takes back what was forbidden.
    try Confinement.forbidLookingInto()
    return Caller(capabilities: capabilities)
}

/// Restricts this process permanently to what its work requires, after the set-up.
/// - Parameter port: the only TCP port that the process binds, for a helper that inspects no other process.
private func restrict(_ caller: Caller, to calls: AllowedCalls, bindingOnly port: Port? = nil) throws(Errno) {
    try caller.capabilities.emptyBoundingSet()
    try Confinement.limitResources()
    try CapabilityControls.gainNoNewPrivileges()
    if let port { try Confinement.forbidWriting(bindingOnly: port) }
    try Confinement.allow(only: calls)
}

/// Prints an error only where authbind's helper does: if the tree itself could not be used.
private func explain(_ decision: Decision) {
    guard let error = decision.refusal, let what = decision.unusable else { return }
    _ = fail("\(what): \(originalMessage(error))", error)
}

/// The message of the GNU C library for `error`, regardless of the C library that this program is linked with.
private func originalMessage(_ error: Errno) -> ByteString {
    switch error {
    case .symbolicLinkLoop: "Too many levels of symbolic links"
    case .inputOutput: "Input/output error"
    default: error.message
    }
}

/// Prints to standard error why no socket was bound, in the words that scripts know, and returns the exit status.
private func fail(_ reason: ByteString, _ error: Errno) -> Int32 {
    try? InheritedDescriptor.standardError.write("libauthbind's helper: \(reason)\n")
    return error.rawValue
}

private func failToRestrict(_ error: Errno) -> Int32 { fail("cannot give up privileges: \(error.message)", error) }
