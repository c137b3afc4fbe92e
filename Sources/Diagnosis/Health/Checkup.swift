// SPDX-License-Identifier: Apache-2.0
public import Linux

/// One thing that was looked at, and what to do about it if it is not as it should be.
public struct HealthDiagnostic: Hashable, Sendable {
    /// How it is.
    public enum State: String, Hashable, Sendable {
        /// As it should be.
        case ok
        /// Not as it should be: something does not work, or is not safe.
        case error = "fault"
        /// Something that is good to know.
        case note
    }

    /// What was looked at: a short name that stays the same.
    public let subject: String
    /// How it is.
    public let state: State
    /// What was found.
    public let text: ByteString
    /// What to do about it.
    public let remedy: Message?

    init(_ subject: String, _ state: State, _ text: ByteString, remedy: Message? = nil) {
        self.subject = subject
        self.state = state
        self.text = text
        self.remedy = remedy
    }
}

/// Whether the installation and the machine are sound.
public enum Checkup {
    /// Looks at everything, and changes nothing.
    public static func all() -> [HealthDiagnostic] {
        InstallationHealth.findings() + PolicyHealth.findings() + MachineHealth.findings()
    }
}
