// SPDX-License-Identifier: Apache-2.0
public import Linux

/// Something that would help.
public struct Remedy: Hashable, Sendable {
    /// When a remedy is carried out: those of one step come before those of the next.
    enum Step: CaseIterable {
        /// Takes away what stands in the way.
        case unblock
        /// Brings into force what is allowed already.
        case activate
        /// Gives the permission.
        case permit
        /// Brings the permission to the program, or the capability if nothing else can.
        case deliver
    }

    let step: Step
    /// The command, as it would be typed; nil if a name in it has characters that nobody could type or see.
    public let command: ShellCommand?
    /// What it does, or what else it does.
    public let effect: ByteString

    init(_ step: Step, _ command: ShellCommand?, _ effect: ByteString) {
        self.step = step
        self.command = command
        self.effect = effect
    }

    /// What is shown in the place of the command; nil if there is one.
    public var advice: ByteString? {
        guard command == nil else { return nil }
        return
            "\(effect): no command is shown for that, since a name in it has characters that are not seen, or is not UTF-8"
    }

    /// The remedies in the order of their steps.
    static func inOrder(_ remedies: [Remedy]) -> [Remedy] {
        Step.allCases.flatMap { step in remedies.filter { $0.step == step } }
    }
}
