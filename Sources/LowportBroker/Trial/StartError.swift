// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

extension Broker {
    /// Why the broker cannot be used.
    package enum StartError: Error, Hashable, Sendable {
        /// The helper could bind nothing.
        case helper(HelperObstacle)
        /// The process already has a filter with a listener, as in some containers.
        case nested
        /// /proc does not show the programs to the supervisor (`ProcFileSystem.mismatch`).
        case foreignProc
        /// Yama, with this scope, lets the supervisor inspect no program from either position.
        case yama(scope: Int)
        /// The kernel does not let the supervisor inspect programs for another reason, as in some containers.
        case forbidden(Errno)
        /// A filter of system calls kills the process that tries.
        case killed
        /// Another step failed.
        case failure(Errno)

        /// The reason for an error of a system call in this process.
        init(_ error: Errno) {
            switch error {
            case .busy: self = .nested
            // The supervisor ended while it was waited for.
            case .brokenPipe: self = .killed
            case _ where !ProcFileSystem.isOfThisNamespace: self = .foreignProc
            case .notPermitted, .permissionDenied, .noSystemCall:
                if let scope = Yama.scope, scope > 1 { self = .yama(scope: scope) } else { self = .forbidden(error) }
            default: self = .failure(error)
            }
        }

        /// Whether the supervisor may be allowed to inspect programs that are its descendants.
        var isOfPlacement: Bool {
            switch self {
            case .forbidden, .yama: true
            default: false
            }
        }

        /// The reason, as a sentence.
        package var sentence: ByteString {
            switch self {
            case .helper(let obstacle): obstacle.sentence
            case .nested: "this process is watched by another listener already, as in some containers"
            case .foreignProc: ProcFileSystem.mismatch
            case .yama(let scope): "the supervisor may not look into programs: \(Yama.key) is \(scope)"
            case .forbidden(let error):
                "the supervisor may not look into programs: \(error.sentence), as in containers without CAP_SYS_PTRACE"
            case .killed: "the supervisor is killed when it looks into programs, as by a filter of system calls"
            case .failure(let error): "cannot watch the program: \(error.sentence)"
            }
        }

        /// What would make the broker work, or do without it; nil if that depends on more than is known here.
        package var hint: ByteString? {
            switch self {
            case .helper(let obstacle): obstacle.hint
            case .foreignProc: "sudo mount -t proc proc /proc"
            case .yama(let scope):
                Yama.canBeChanged(scope: scope)
                    ? "sudo sysctl \(Yama.key)=1, or sudo lowport enforce enable" : "sudo lowport enforce enable"
            case .forbidden:
                "start the container with --cap-add SYS_PTRACE, or let the kernel of the host decide: "
                    + "sudo lowport enforce enable"
            case .nested, .killed, .failure: "let the kernel of the host decide: sudo lowport enforce enable"
            }
        }
    }
}
