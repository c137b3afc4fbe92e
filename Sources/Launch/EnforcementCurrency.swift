// SPDX-License-Identifier: Apache-2.0

extension EnforcementNotice {
    /// Whether the files of the policy are as they were when the kernel got it.
    ///
    /// `lowport grant` and its like bring every change into the kernel; an editor does not.
    public var isCurrent: Bool { files.agrees(with: .current()) }
}
