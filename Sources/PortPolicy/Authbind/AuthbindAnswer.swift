// SPDX-License-Identifier: Apache-2.0
public import Linux

/// What the authbind tree said to a request, and every path that was asked for it.
public struct AuthbindAnswer: Hashable, Sendable {
    /// One path of the tree that was asked, in the order of asking.
    public struct Step: Hashable, Sendable {
        /// The path below the tree: `byport/80`.
        public let path: ByteString
        /// What the path said: nil if it allows, otherwise the error that it answered with.
        public let refusal: Errno?
        /// The line of a byuid file that allows, counted from 1.
        public let line: Int?

        /// Creates a step.
        public init(path: ByteString, refusal: Errno?, line: Int? = nil) {
            self.path = path
            self.refusal = refusal
            self.line = line
        }
    }

    /// The paths that were asked; the last one decided.
    public let steps: [Step]

    /// The error that the program gets; nil if the tree allows.
    public let refusal: Errno?

    /// Creates an answer.
    public init(steps: [Step], refusal: Errno?) {
        self.steps = steps
        self.refusal = refusal
    }

    /// Whether the tree allows the request.
    public var isAllowed: Bool { refusal == nil }
}
