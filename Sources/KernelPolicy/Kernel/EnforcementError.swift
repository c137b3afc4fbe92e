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
    /// The directory is no control group of version 2.
    case notControlGroup(ByteString)
    /// Something is where the pins should be, or on the way to them, that is not ours.
    case obstacle(path: ByteString, reason: ByteString)
    /// Some of the pins are there, and some are not: an `enable` or `disable` did not get to its end, or somebody took them.
    case incomplete(missing: [ByteString])
    /// Programs of ours are attached that no pin stands for: somebody holds them.
    case orphaned(Int)
    /// Somebody else is changing what the kernel enforces, and does not come to an end.
    case busy
    /// The files have errors; what is enforced stays, which was applied at that time.
    case invalidPolicy([PolicyError], applied: Int64)
    /// The files have errors, and it is not known whom they confined; nothing is enforced.
    case unrecorded([PolicyError], reason: ByteString?)
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
        case .obstacle(let path, let reason): "\(path) \(reason): it is not ours, and is left alone"
        case .incomplete(let missing): Self.incompleteText(missing)
        case .orphaned(1): "a program of Lowport is attached without its pin, and enforces an old policy"
        case .orphaned(let count):
            "\(count) programs of Lowport are attached without their pins, and enforce an old policy"
        case .busy: "somebody else is changing what the kernel enforces"
        case .invalidPolicy(_, let applied):
            "the rules have errors; the kernel keeps the policy of \(Timestamp(rawValue: applied))"
        case .unrecorded(_, let reason?):
            "the rules have errors, and it is not known whom they confined (\(reason)); nothing is enforced"
        case .unrecorded(_, nil):
            "the rules have errors, and it is not known whom they confined; nothing is enforced"
        case .failed(let what, let error): "cannot \(what): \(error.sentence)"
        }
    }

    private static func incompleteText(_ missing: [ByteString]) -> ByteString {
        let names = missing.dropFirst().reduce(missing.first ?? "") { "\($0), \($1)" }
        return
            "\(KernelEngine.directory) is not complete, and the kernel may enforce half of a policy: it has no \(names)"
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
