// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

extension Explanation: CustomStringConvertible {
    /// The verdict, the findings, and the remedies: a line for each; remedies of one step stand behind its number. Nothing in it
    /// is invisible.
    public var description: String {
        var lines = [verdict.escaped.description]
        lines += findings.map { "  \($0.description)" }
        if !remedies.isEmpty { lines.append("to make it work:") }
        for (number, step) in steps.enumerated() {
            lines += step.map { "  " + (steps.count > 1 ? "\(number + 1). " : "") + $0.description }
        }
        return lines.joined(separator: "\n")
    }
}

extension Finding: CustomStringConvertible {
    /// `refuses rules: no rule allows tcp 80 to user web`. Nothing in it is invisible.
    public var description: String { "\(effect.rawValue) \(subjectName): \(text.escaped)" }
}

extension Remedy: CustomStringConvertible {
    /// The command and its effect, with the lines of a drop-in, or the advice. Nothing in it is invisible.
    public var description: String {
        if let advice { return advice.escaped.description }
        return "\(shellCommand ?? "") (\(effect.escaped))" + dropInLines.map { "\n    \($0)" }.joined()
    }
}
