// SPDX-License-Identifier: Apache-2.0
public import Linux
internal import PortPolicy

/// Why the policy could not be brought into the kernel.
public enum EnforcementError: Error, Sendable {
    /// The caller may not do this.
    case notPermitted(Errno)
    /// The kernel lacks something, or does not let root use it; found by trying.
    case lacking(ByteString, Errno?)
    /// It is not enabled.
    case notEnabled
    /// It is enabled with other settings.
    case enabledOtherwise
    /// A pin with our name is not ours, or is of another version.
    case foreign(path: ByteString)
    /// The control group that the programs were attached to is gone.
    case stale
    /// The verifier refused the program. This is its log.
    case refusedByVerifier(ByteString)
    /// The folder is no control group of version 2.
    case notControlGroup(ByteString)
    /// The rules have errors, and the kernel keeps what it had before, of that time in seconds since 1970.
    case rulesHaveErrors([Message], keeping: Int64)
    /// The rules have errors, and whom they confined is not known: nothing is enforced.
    case confinementIsUnknown([Message])
    /// The policy is in force, but with errors: what was confined by what cannot be read stays confined.
    case enforcedWithErrors([Message])
    /// Something could not be opened, made or changed.
    case failed(ByteString, Errno)
}

extension EnforcementError: ByteStringConvertible {
    /// What went wrong, in one sentence.
    public var byteString: ByteString {
        switch self {
        case .notPermitted(let error): "cannot change what the kernel enforces: \(error.sentence)"
        case .lacking(let what, nil): "the kernel engine does not work here: \(what)"
        case .lacking(let what, let error?): "the kernel engine does not work here: \(what): \(error.sentence)"
        case .notEnabled: "the kernel engine is not enabled"
        case .enabledOtherwise: "the kernel engine is enabled already, for another control group or other namespaces"
        case .foreign(let path): "\(path) was not made by this version of Lowport"
        case .stale: "the control group that the kernel engine was enabled for is gone"
        case .refusedByVerifier: "the kernel's verifier refused the program"
        case .notControlGroup(let path): "\(path) is not a control group of version 2"
        case .rulesHaveErrors(_, let time):
            "the rules have errors; the kernel keeps the policy of \(Timestamp(rawValue: time))"
        case .confinementIsUnknown:
            "the rules have errors, and it is not known whom they confined; nothing is enforced"
        case .enforcedWithErrors:
            "the rules have errors; files with errors allow nothing in the kernel, and whom they confined stays confined"
        case .failed(let what, let error): "cannot \(what): \(error.sentence)"
        }
    }
}

/// Runs `body`; an error of it becomes one that says what was tried.
func attempt<Value: ~Copyable>(
    _ what: ByteString,
    _ body: () throws(Errno) -> Value
) throws(EnforcementError) -> Value {
    do throws(Errno) { return try body() } catch { throw .failed(what, error) }
}

/// As `attempt`, for what a kernel may lack: EPERM means the caller, or for root that even root may not.
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
