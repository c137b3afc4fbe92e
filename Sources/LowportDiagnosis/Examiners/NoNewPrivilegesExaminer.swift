// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The attribute `no_new_privs` (PR_SET_NO_NEW_PRIVS(2const)).
struct NoNewPrivilegesExaminer: Examiner {
    static let role = Role.circumstance

    init(lookingAt context: BindContext) {}

    func findings(_ context: BindContext, after found: Findings) -> [Finding] {
        guard context.process.credentials.hasNoNewPrivileges else { return [] }
        return [Finding(.noNewPrivileges, .informs, "it is set: no program that is started gains any privilege")]
    }
}
