// SPDX-License-Identifier: Apache-2.0

/// Why there is no socket at an address, and what would change that.
public struct PrivilegedSocketError: Error, Hashable, Sendable {
    /// The kind of an error. More kinds may be added: compare, and have a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name, for logs: `refused`.
        public let description: String

        private init(_ name: String) { description = name }

        /// The user of this process may not bind the port.
        public static let refused = Code("refused")
        /// Another socket has the port.
        public static let taken = Code("taken")
        /// The text is not an address to listen on.
        public static let invalidAddress = Code("invalidAddress")
        /// What the process that started this one says about the sockets that it passes on is not true.
        public static let badInheritance = Code("badInheritance")
        /// A system call failed for a reason that is none of the others.
        public static let system = Code("system")
    }

    /// A process that has the port.
    public struct Holder: Hashable, Sendable {
        /// The ID of the process.
        public let processIdentifier: CInt
        /// The name of the process, as ps(1) shows it.
        public let name: String
    }

    /// The kind of the error.
    public let code: Code
    /// The address that was asked for, as text.
    public let address: String
    /// The reason, as a sentence without a capital and a full stop. Nothing in it is invisible.
    public let reason: String
    /// The steps that would make it work, in order, as `lowport explain` shows them: commands to type, or advice in a sentence.
    /// One remedy of each step is enough.
    public let steps: [[String]]
    /// All remedies, in the order of the steps.
    public var remedies: [String] { steps.flatMap { $0 } }
    /// Who has the port, as far as this process may see them; empty unless the code is ``Code-swift.struct/taken``.
    public let holders: [Holder]
    /// The value of errno(3) from the system call that failed; nil if none did.
    public let errorNumber: CInt?

    init(
        _ code: Code,
        _ address: String,
        _ reason: String,
        steps: [[String]] = [],
        holders: [Holder] = [],
        errorNumber: CInt? = nil
    ) {
        self.code = code
        self.address = address
        self.reason = reason
        self.steps = steps
        self.holders = holders
        self.errorNumber = errorNumber
    }
}

extension PrivilegedSocketError: CustomStringConvertible {
    /// The error in one line, with what would make it work.
    public var description: String {
        "cannot listen on \(address): \(reason)" + (advice.map { " (to make it work: \($0))" } ?? "")
    }

    /// The steps in one line; nil if there are none.
    package var advice: String? {
        steps.isEmpty ? nil : steps.map { $0.joined(separator: ", or ") }.joined(separator: "; then ")
    }
}
