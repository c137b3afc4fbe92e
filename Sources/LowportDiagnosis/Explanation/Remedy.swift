// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// A remedy for a bind that does not work.
public struct Remedy: Hashable, Sendable {
    /// The step of a remedy: one remedy of each step is carried out, and those of one step before those of the next.
    enum Step: CaseIterable {
        /// Removes what blocks the bind; each examiner has a step of its own.
        case unblock
        /// Makes the bind work without any of the steps below.
        case suffice
        /// Puts a file in order that a later remedy changes or uses.
        case repair
        /// Grants the permission, or puts into force what is already allowed.
        case permit
        /// Brings the permission to the program, or the capability if nothing else can.
        case deliver
    }

    private(set) var step: Step
    /// The command to type; nil if a name in it has characters that cannot be typed or seen.
    package let command: ShellCommand?
    /// The command to type in a shell, quoted where it is needed; nil if the remedy is not a command.
    public var shellCommand: String? { command?.text.description }
    /// The effect of the command, or a further effect; names in it are as they are, in bytes.
    public let effect: ByteString

    init(_ step: Step, _ command: ShellCommand?, _ effect: ByteString) {
        self.step = step
        self.command = command
        self.effect = effect
    }

    /// Creates a remedy that is no command of this machine.
    /// - Parameter advice: what to do, as a sentence.
    init(_ step: Step, advice: ByteString) {
        self.init(step, nil, advice)
        isAdvice = true
    }

    /// Creates a remedy that helps in another place alone.
    /// - Parameter place: the place: `outside of this sandbox`.
    init(_ step: Step, _ command: ShellCommand?, elsewhere place: ByteString) {
        self.init(step, command, place)
        isElsewhere = true
    }

    /// Creates a remedy that changes the unit `name` of systemd.
    /// - Parameter lines: the lines of a drop-in.
    init(_ step: Step, editing name: ByteString, _ lines: [ByteString], _ effect: ByteString) {
        self.init(step, ShellCommand(["sudo", "systemctl", "edit", name]), effect)
        dropInLines = lines
    }

    /// The same remedy in another step.
    func moved(to step: Step) -> Remedy {
        var remedy = self
        remedy.step = step
        return remedy
    }

    /// The lines to write in the editor that the command starts (systemctl(1), `edit`); empty if it starts none.
    package private(set) var dropInLines: [ByteString] = []
    /// The same as one text, with a line feed after each line; nil if the command starts no editor.
    public var dropIn: String? {
        dropInLines.isEmpty ? nil : dropInLines.map { "\($0)\n" }.joined()
    }

    private var isAdvice = false
    /// Whether the command helps only in the place that `effect` names.
    public private(set) var isElsewhere = false

    /// The text in place of the command, with names as they are, in bytes; nil if there is a command.
    public var advice: ByteString? {
        guard command == nil else { return nil }
        if isAdvice { return effect }
        return
            "\(effect): no command is shown for that, since a name in it has characters that are not seen, or is not UTF-8"
    }

    /// The steps that the remedies of several examiners amount to, in order. The remedies of one step are alternatives.
    /// - Parameter proposals: for each examiner its remedies.
    static func steps(of proposals: [[Remedy]]) -> [[Remedy]] {
        let unblocking = proposals.map { $0.filter { $0.step == .unblock } }
        func all(_ step: Step) -> [Remedy] { proposals.joined().filter { $0.step == step } }
        let sufficient = all(.suffice)
        let others = sufficient.isEmpty ? [all(.repair), all(.permit), all(.deliver)] : [sufficient]
        var steps: [[Remedy]] = []
        for step in unblocking + others {
            // Two examiners may know the same remedy.
            let remedies = step.enumerated().filter { !step[..<$0].contains($1) }.map(\.element)
            let isDone = steps.contains { $0.count == 1 && remedies.contains($0[0]) }
            if !remedies.isEmpty, !isDone { steps.append(remedies) }
        }
        return steps
    }
}
