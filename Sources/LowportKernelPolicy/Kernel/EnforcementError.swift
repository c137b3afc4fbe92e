// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportPolicy

/// Why the policy in the kernel could not be changed or read.
package enum EnforcementError: Error, Sendable {
    /// The caller lacks the privilege.
    case notPermitted(Errno)
    /// The caller lacks the capability to see what is attached to the control groups, without which `disable` could not
    /// tell whether anything is left.
    case cannotSeeAttached
    /// The kernel lacks a feature, or does not let root use it; found by trying.
    case lacking(ByteString, Errno?)
    /// The engine is not enabled.
    case notEnabled
    /// The engine is enabled with other settings.
    case enabledOtherwise
    /// A pin with one of our names was made by another program, or by another version of Lowport.
    case foreign(path: ByteString)
    /// The control group that the engine was enabled for no longer exists.
    case stale
    /// The verifier rejected the program; the value is the verifier's log.
    case refusedByVerifier(ByteString)
    /// The directory is not a version 2 control group.
    case notControlGroup(ByteString)
    /// A file that does not belong to Lowport is where the pins should be, or on the path to them.
    /// - Parameter owner: whose file it is, if that is what is wrong with it.
    case obstacle(path: ByteString, reason: ByteString, owner: UserID? = nil)
    /// Some of the pins are missing: an `enable` or `disable` was interrupted, or another process removed the pins.
    case incomplete(missing: [ByteString])
    /// Programs of Lowport are attached without a pin: another process holds them.
    case orphaned(Int)
    /// Another process is changing the kernel policy and does not finish.
    case busy
    /// The files have errors; the policy that was applied at the given time stays in force.
    case invalidPolicy([PolicyError], applied: Int64)
    /// A file or kernel object could not be opened, made or changed.
    case failed(ByteString, Errno)
}

extension EnforcementError: ByteStringConvertible {
    /// The error in one sentence.
    package var byteString: ByteString {
        switch self {
        case .notPermitted(let error): "cannot read or change what the kernel enforces: \(error.sentence)"
        case .cannotSeeAttached:
            "cannot see what is attached to the control groups without CAP_NET_ADMIN: nothing is changed"
        case .lacking(let what, nil): "the kernel engine does not work here: \(what)"
        case .lacking(let what, let error?): "the kernel engine does not work here: \(what): \(error.sentence)"
        case .notEnabled: "the kernel engine is not enabled"
        case .enabledOtherwise: "the kernel engine is enabled already, for another control group or other namespaces"
        case .foreign(let path): "\(path) was not made by this version of Lowport"
        case .stale: "the control group that the kernel engine was enabled for is gone"
        case .refusedByVerifier: "the kernel's verifier refused the program"
        case .notControlGroup(let path): "\(path) is not a control group of version 2"
        case .obstacle(let path, let reason, _): "\(path) \(reason): it is not ours, and is left alone"
        case .incomplete(let missing): Self.incompleteText(missing)
        case .orphaned(1): "a program of Lowport is attached without its pin, and enforces an old policy"
        case .orphaned(let count):
            "\(count) programs of Lowport are attached without their pins, and enforce an old policy"
        case .busy: "another process is changing what the kernel enforces"
        case .invalidPolicy(_, let applied):
            "the rules have errors; the kernel keeps the policy of \(Timestamp(rawValue: applied))"
        case .failed(let what, let error): "cannot \(what): \(error.sentence)"
        }
    }

    /// An obstacle whose owner is not root: `reason` begins what is said of it.
    static func notOurs(_ path: ByteString, of owner: UserID, _ reason: ByteString = "") -> EnforcementError {
        let who = Accounts.name(of: owner).map { "user \($0) (uid \(owner))" as ByteString } ?? "uid \(owner)"
        return .obstacle(path: path, reason: "\(reason)belongs to \(who)", owner: owner)
    }

    private static func incompleteText(_ missing: [ByteString]) -> ByteString {
        let names = missing.dropFirst().reduce(missing.first ?? "") { "\($0), \($1)" }
        return
            "\(KernelEngine.directory) is not complete, and the kernel may enforce half of a policy: it has no \(names)"
    }
}

/// Runs `body` and turns its error into one that says what was attempted.
func attempt<Value: ~Copyable>(
    _ what: ByteString,
    _ body: () throws(Errno) -> Value
) throws(EnforcementError) -> Value {
    do throws(Errno) { return try body() } catch { throw .failed(what, error) }
}

/// Like `attempt`, for features that a kernel may lack: EPERM means that the caller lacks the privilege or, for root,
/// that even root may not use the feature.
func attemptSupported<Value: ~Copyable>(
    _ what: ByteString,
    _ body: () throws(Errno) -> Value
) throws(EnforcementError) -> Value {
    do throws(Errno) { return try body() } catch {
        let isRefusal = error == .notPermitted || error == .permissionDenied
        if isRefusal && CurrentProcess.effectiveUser != .root { throw .notPermitted(error) }
        throw .lacking("cannot \(what)", error)
    }
}
