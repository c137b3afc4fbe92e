// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Why a capability text is invalid, and where.
public struct CapabilityTextError: Error, Hashable, Sendable {
    /// The reason of the error.
    @nonexhaustive
    public enum Reason: Hashable, Sendable {
        /// A list contains something that is neither a number nor a name.
        case notCapability
        /// A word that looks like a name is not the name of a capability.
        case unknownName
        /// A number is above 63.
        case numberTooLarge
        /// An operator that needs flags, `+` or `-`, has none.
        case missingFlags
        /// Something other than a blank directly follows a clause.
        case junkAfterClause
        /// A list without an operator is followed by an operator: there is a blank before `=`, `+` or `-`.
        case blankBeforeOperator
    }

    /// The reason of the error.
    public let reason: Reason
    /// The position of the error: the number of bytes of the text before it.
    public let offset: Int

    /// Creates an error.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension CapabilityTextError: ByteStringConvertible {
    /// The reason as a sentence.
    package var byteString: ByteString {
        let place: ByteString = "at byte \(offset + 1)"
        return switch reason {
        case .notCapability: "expected the name or number of a capability \(place)"
        case .unknownName: "no capability has the name \(place)"
        case .numberTooLarge: "capabilities have numbers up to 63, unlike the one \(place)"
        case .missingFlags: "expected one or more of the flags e, i and p \(place)"
        case .junkAfterClause: "expected a blank or the end of the text \(place)"
        case .blankBeforeOperator: "a blank stands between the capabilities and the operator \(place)"
        }
    }
}
