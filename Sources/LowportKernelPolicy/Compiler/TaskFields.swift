// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The positions of the binding task's data in kernel structures: offsets in bytes.
package struct TaskFields: Hashable, Sendable {
    // struct task_struct
    let process: Int16
    let thread: Int16
    let command: Int16
    let credentials: Int16
    let controlGroups: Int16
    // struct cred
    let user: Int16
    let group: Int16
    /// `struct css_set`: the group in the unified hierarchy.
    let unifiedGroup: Int16
    /// `struct cgroup`
    let groupNode: Int16
    /// `struct kernfs_node`: the value that `bpf_get_current_cgroup_id` returns.
    let nodeNumber: Int16
}

extension TaskFields {
    /// Finds the fields in `types`; nil unless all are there, with the widths that the program reads.
    package init?(_ types: KernelTypes) {
        guard let task = types.structure("task_struct"), let credentials = types.structure("cred"),
            let process = task.offset("tgid"), let thread = task.offset("pid"), let command = task.offset("comm"),
            let credentialsOffset = task.offset("cred"), let controlGroups = task.offset("cgroups"),
            let user = credentials.offset("uid"), let group = credentials.offset("gid"),
            let unifiedGroup = types.structure("css_set")?.offset("dfl_cgrp"),
            let groupNode = types.structure("cgroup")?.offset("kn"),
            let nodeNumber = types.structure("kernfs_node")?.offset("id")
        else { return nil }
        self.init(
            process: process,
            thread: thread,
            command: command,
            credentials: credentialsOffset,
            controlGroups: controlGroups,
            user: user,
            group: group,
            unifiedGroup: unifiedGroup,
            groupNode: groupNode,
            nodeNumber: nodeNumber
        )
    }
}
