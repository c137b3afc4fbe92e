// SPDX-License-Identifier: Apache-2.0
public import FoundationEssentials
public import LowportCapabilities
public import LowportDiagnosis
public import LowportLinux
public import LowportPolicy
public import LowportSockets

// `localizedDescription` of an error gives its own sentence only with these; a module of its own, since the others do
// without Foundation.

extension Errno: LocalizedError {
    /// The C library's text for the error: `Permission denied`.
    public var errorDescription: String? { description }
}

extension RuleError: LocalizedError {
    /// `LINE:COLUMN: found "tpc", expected a protocol (tcp, udp or any); did you mean "tcp"?`
    public var errorDescription: String? { description }
}

extension CapabilityTextError: LocalizedError {
    /// The reason as a sentence without a full stop.
    public var errorDescription: String? { description }
}

extension ProcessCapabilitiesError: LocalizedError {
    /// The reason as a sentence without a full stop.
    public var errorDescription: String? { description }
}

extension BindQuestion.ResolutionError: LocalizedError {
    /// The reason as a sentence without a full stop.
    public var errorDescription: String? { description }
}

extension PrivilegedSocketError: LocalizedError {
    /// The error in one line, with what would make it work.
    public var errorDescription: String? { description }

    /// The reason, as a sentence without a capital and a full stop.
    public var failureReason: String? { reason }

    /// The steps that would make it work, in one line.
    public var recoverySuggestion: String? { advice }
}

extension SystemdNotifierError: LocalizedError {
    /// The error in one line.
    public var errorDescription: String? { description }
}
