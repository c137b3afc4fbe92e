// SPDX-License-Identifier: Apache-2.0

/// One thing that a bind depends on: its examination, the findings, and the remedies.
///
/// To add an examiner, write its file in `Diagnosis/Examiners`, its case in `Subject`, and its name in
/// Documentation/reference/json.md.
protocol Examiner: Sendable {
    /// What its findings mean for the answer.
    static var role: Role { get }

    /// Examines what only this examiner needs to know, without changing anything.
    init(lookingAt context: BindContext)

    /// The findings that follow from the examination. This method examines nothing itself.
    /// - Parameters:
    ///   - context: the question, and what several examiners need to know.
    ///   - found: the findings of the examiners before this one.
    func findings(_ context: BindContext, after found: Findings) -> [Finding]

    /// The remedies, the best first. This method examines nothing itself.
    ///
    /// Called only if the bind does not work.
    /// - Parameters:
    ///   - context: the question, and what several examiners need to know.
    ///   - findings: the findings of all examiners.
    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy]
}

extension Examiner {
    func remedies(_ context: BindContext, given findings: Findings) -> [Remedy] { [] }
}

/// What a finding that allows means for the answer.
enum Role {
    /// The process can bind the port on its own.
    case way
    /// The policy lets the user bind the port, and the permission still has to reach the process.
    case permission
    /// A permission of the policy reaches the process.
    case delivery
    /// The bind was tried and works.
    case trial
    /// Nothing: the findings block the bind, or inform.
    case circumstance
}
