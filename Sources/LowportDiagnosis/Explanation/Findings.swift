// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The findings of the examiners, and what follows from them: only this type computes whether the bind works.
struct Findings: Sendable {
    private(set) var all: [Finding] = []

    mutating func append(_ findings: [Finding]) { all += findings }

    /// The findings of `examiners`, each after those before it.
    init(_ examiners: [any Examiner], _ context: BindContext) {
        for examiner in examiners { append(examiner.findings(context, after: self)) }
    }

    init() {}

    // MARK: - Questions about one subject

    /// Whether `subject` makes the bind possible.
    func allows(_ subject: Subject) -> Bool { all.contains { $0.subject == subject && $0.effect == .allows } }

    /// Whether one of `subjects` blocks the bind.
    func isBlocked(by subjects: Subject...) -> Bool {
        all.contains { $0.effect == .blocks && subjects.contains($0.subject) }
    }

    // MARK: - The answer

    /// Whether the process can bind the port.
    var canBind: Bool { isAllowed(by: .trial) || canBindByInference }

    /// Whether that follows from the findings about its parts.
    private var canBindByInference: Bool {
        !all.contains { $0.effect == .blocks } && (hasWay || isPermitted && isDelivered)
    }

    /// Whether the process may bind the port on its own, without a permission of the policy.
    var hasWay: Bool { isAllowed(by: .way) }

    /// Whether the policy lets the user bind the port.
    var isPermitted: Bool { isAllowed(by: .permission) }

    /// Whether the bind works, or nothing but a rule for it is missing.
    var lacksPermissionAtMost: Bool {
        canBind || isDelivered && !isPermitted && !all.contains { $0.effect == .blocks }
    }

    /// Whether a permission of the policy reaches the process.
    var isDelivered: Bool { isAllowed(by: .delivery) }

    /// Whether only a permission of the policy would help, and none is in force.
    ///
    /// A confined process has no other way, and a permission that the kernel engine does not know has no effect on it.
    /// A program that cannot be started here needs another start, which brings the capability.
    var needsPermission: Bool {
        isBlocked(by: .confinement) || !hasWay && !isPermitted && !isBlocked(by: .boundingSet)
    }

    private func isAllowed(by role: Role) -> Bool {
        all.contains { $0.effect == .allows && $0.subject.examiner.role == role }
    }

    // MARK: - The sentence

    /// The answer in one sentence.
    func verdict(_ context: BindContext) -> ByteString {
        canBind
            ? "\(context.who) can bind \(context.what)\(way)"
            : "\(context.who) cannot bind \(context.what): \(obstacle ?? mainReason)"
    }

    private var way: ByteString {
        if !canBindByInference { return reason { $0.subject.examiner.role == .trial } ?? "" }
        if let reason = reason(of: { $0.subject.examiner.role == .way && $0.effect == .allows }) {
            return ": \(reason)"
        }
        let permission = reason { $0.subject.examiner.role == .permission && $0.effect == .allows } ?? ""
        let delivery = reason { $0.subject.examiner.role == .delivery && $0.effect == .allows } ?? ""
        return permission + delivery
    }

    private var obstacle: ByteString? { all.first { $0.effect == .blocks }?.text }

    /// The explanation of a refusal if nothing blocks the bind.
    private var mainReason: ByteString { reason { $0.effect != .allows } ?? "nothing allows it" }

    /// The reason with the greatest weight; the first of several.
    private func reason(of isMeant: (Finding) -> Bool) -> ByteString? {
        var best: Finding.Reason?
        for reason in all.lazy.filter(isMeant).compactMap(\.reason)
        where best.map({ $0.weight < reason.weight }) ?? true {
            best = reason
        }
        return best?.text
    }
}
