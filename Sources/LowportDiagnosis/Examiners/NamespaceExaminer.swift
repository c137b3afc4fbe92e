// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLinux

/// The user namespace that the network belongs to (user_namespaces(7)).
struct NamespaceExaminer: Examiner {
    static let role = Role.circumstance

    /// Why capabilities have no effect.
    static let foreign = HelperObstacle.foreignNetwork.sentence

    init(lookingAt context: BindContext) {}

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        if context.process.doCapabilitiesCount { return [] }
        return [Finding(.namespace, .refuses, Self.foreign, reason: .init(.strong, Self.foreign))]
    }
}
