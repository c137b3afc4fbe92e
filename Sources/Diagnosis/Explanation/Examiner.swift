// SPDX-License-Identifier: Apache-2.0

/// One thing that a bind depends on: what is looked at for it, what that means, and what helps.
///
/// To add one, write its file in `Diagnosis/Examiners`, its case in `Subject`, and its name in Documentation/json.md.
protocol Examiner: Sendable {
    /// What its findings mean for the answer.
    static var role: Role { get }

    /// Looks at what this examiner alone needs to know, and changes nothing.
    init(lookingAt context: BindContext)

    /// What that means. Nothing is looked at here.
    /// - Parameters:
    ///   - context: what is asked, and what several examiners need to know.
    ///   - found: what the examiners before this one have found.
    func findings(_ context: BindContext, after found: Findings) -> [Finding]

    /// What would help, the best first. Nothing is looked at here.
    ///
    /// Called only if the bind does not work.
    /// - Parameters:
    ///   - context: what is asked, and what several examiners need to know.
    ///   - findings: what all examiners have found.
    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy]
}

extension Examiner {
    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] { [] }
}

/// What it means for the answer if an examiner finds something that allows.
enum Role {
    /// The process can bind the port by itself.
    case way
    /// The policy lets the user bind the port, and something has to bring that to the process.
    case permission
    /// What the policy allows comes to the process.
    case delivery
    /// Nothing: its findings stand in the way, or inform.
    case circumstance
}
