// SPDX-License-Identifier: Apache-2.0
public import FoundationEssentials
public import LowportCapabilities
public import LowportDiagnosis
public import LowportLinux
public import LowportPolicy

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
