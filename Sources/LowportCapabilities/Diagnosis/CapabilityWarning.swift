// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Why the capabilities of a file are not what they seem, or do not have the expected effect.
package enum CapabilityWarning: Hashable, Sendable {
    /// There is an attribute that execve(2) may honour, but that the kernel does not show: of revision 1, or with flags
    /// that the kernel does not know.
    case hidden
    /// There is an attribute for a user namespace whose root has no ID here.
    case foreign
    /// The attribute cannot be read for another reason.
    case unreadable(Errno)
    /// The file system is mounted `nosuid`.
    case ignoredByMount
    /// No user may execute the file.
    case notExecutable
    /// The file is a script: only the capabilities of its interpreter count.
    case script
    /// The capabilities apply only in user namespaces with this root.
    case limitedToNamespace(UserID)
    /// Nothing is permitted or inheritable: a process that executes the file loses ambient capabilities and gains
    /// nothing.
    case empty
    /// Nothing is permitted: only processes that have the capabilities inheritable gain them.
    case inheritableOnly
    /// The running kernel does not have these capabilities, and ignores them.
    case unknownToKernel(CapabilitySet)
    /// These capabilities are not in the bounding set of this process: a file with the effective flag cannot be
    /// executed, and any other file silently runs without them.
    case outsideBoundingSet(CapabilitySet, preventsExecution: Bool)
    /// Users other than the owner may write to the file.
    case writableByOthers
    /// The owner is not root.
    case ownedByOrdinaryUser(UserID)
}

extension CapabilityWarning: ByteStringConvertible {
    /// The warning as a sentence.
    package var byteString: ByteString {
        switch self {
        case .hidden:
            "there is an attribute that the kernel does not show, though it may honour it at execve (revision 1, or unknown flags); setcap -r removes it"
        case .foreign: "the capabilities belong to a user namespace whose root has no number here"
        case .unreadable(let error): "the capabilities cannot be read: \(error.sentence)"
        case .ignoredByMount: "the file system is mounted nosuid: capabilities have no effect there"
        case .notExecutable: "no user has permission to execute the file"
        case .script: "the file is a script: only the capabilities of its interpreter count"
        case .limitedToNamespace(let user): "the capabilities count only where user \(user) is root of a user namespace"
        case .empty: "the attribute is empty: it gives nothing, and ends ambient capabilities"
        case .inheritableOnly: "only processes that have the capabilities inheritable gain them"
        case .unknownToKernel(let set): "this kernel does not have \(set.list)"
        case .outsideBoundingSet(let set, true):
            "\(set.list) not in the bounding set here: execve fails with \"operation not permitted\""
        case .outsideBoundingSet(let set, false): "\(set.list) not in the bounding set here: silently missing"
        case .writableByOthers: "the file is writable by others than its owner"
        case .ownedByOrdinaryUser(let user): "the file belongs to user \(user), who may replace what it does"
        }
    }
}
