// SPDX-License-Identifier: Apache-2.0
internal import LowportDiagnosis
internal import LowportLinux

/// The steps that make a bind work, as lines: numbered if there are several, with "or" between the alternatives of one.
struct RemedyLines {
    private(set) var lines: [Line] = []

    /// - Parameter steps: as in ``Explanation``.
    init(_ steps: [[Remedy]]) {
        for (number, step) in steps.enumerated() {
            let margin: ByteString = steps.count > 1 ? "     " : "  "
            for (index, remedy) in step.enumerated() {
                if index > 0 { lines.append(Line(margin + "or")) }
                let head = index == 0 && steps.count > 1 ? "  \(number + 1). " : margin
                append(remedy, head: head, margin: margin)
            }
        }
    }

    private mutating func append(_ remedy: Remedy, head: ByteString, margin: ByteString) {
        guard let command = remedy.command else {
            lines.append(Line(head + (remedy.advice ?? remedy.effect)))
            return
        }
        lines += [Line("\(head)\(command)" as Message), Line("\(margin)    \(remedy.effect)" as ByteString)]
        if remedy.dropInLines.isEmpty { return }
        lines.append(Line(margin + "    with these lines:"))
        lines += remedy.dropInLines.map { Line("\(margin)      \($0)" as ByteString) }
    }
}
