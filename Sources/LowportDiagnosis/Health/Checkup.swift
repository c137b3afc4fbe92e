// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The result of one check, and what to do if something is wrong.
package struct HealthDiagnostic: Hashable, Sendable {
    /// The state of what was checked.
    package enum State: String, Hashable, Sendable {
        /// Nothing is wrong.
        case ok
        /// Something does not work, or is not safe.
        case error = "fault"
        /// Information.
        case note
    }

    /// The short name of what was checked, which does not change.
    package let subject: String
    /// The state of what was checked.
    package let state: State
    /// The description of the state.
    package let text: ByteString
    /// What to do about the state.
    package let remedy: Message?

    init(_ subject: String, _ state: State, _ text: ByteString, remedy: Message? = nil) {
        self.subject = subject
        self.state = state
        self.text = text
        self.remedy = remedy
    }
}

/// The checks of the installation and the machine.
package enum Checkup {
    /// Performs all checks, without changing anything.
    package static func all() -> [HealthDiagnostic] {
        NamespaceHealth.findings() + InstallationHealth.findings() + BrokerHealth.findings() + PolicyHealth.findings()
            + ProgramHealth.findings() + MachineHealth.findings()
    }
}
