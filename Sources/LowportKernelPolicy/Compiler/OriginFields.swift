// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// What shows through which file a process got the capability, and whether it still acts on its own: offsets in bytes in
/// kernel structures.
package struct OriginFields: Hashable, Sendable {
    // struct task_struct
    let process: Int16
    let credentials: Int16
    /// The credentials that the task has itself; `cred` differs while it acts with those of somebody else.
    let realCredentials: Int16
    let signals: Int16
    /// `struct signal_struct`: the number of threads that have not ended.
    let threads: Int16
    // struct cred
    let user: Int16
    let effectiveUser: Int16
    let permittedSet: Int16
    let ambientSet: Int16
    let userNamespace: Int16
    /// `struct user_namespace`: the namespace above; 0 for the first.
    let parent: Int16
}

extension OriginFields {
    /// Finds the fields in `types`; nil unless all are there.
    package init?(_ types: KernelTypes) {
        guard let task = types.structure("task_struct"), let credentials = types.structure("cred"),
            let process = task.offset("tgid"), let credentialsOffset = task.offset("cred"),
            let realCredentials = task.offset("real_cred"), let signals = task.offset("signal"),
            let threads = types.structure("signal_struct")?.offset("live"),
            let user = credentials.offset("uid"), let effectiveUser = credentials.offset("euid"),
            let permitted = credentials.offset("cap_permitted"), let ambient = credentials.offset("cap_ambient"),
            let userNamespace = credentials.offset("user_ns"),
            let parent = types.structure("user_namespace")?.offset("parent")
        else { return nil }
        self.init(
            process: process,
            credentials: credentialsOffset,
            realCredentials: realCredentials,
            signals: signals,
            threads: threads,
            user: user,
            effectiveUser: effectiveUser,
            permittedSet: permitted,
            ambientSet: ambient,
            userNamespace: userNamespace,
            parent: parent
        )
    }
}

/// The layout of the map of origins: for a process that got `CAP_NET_BIND_SERVICE` by its file, or inherited it from one
/// that did, the identity of that file, which is a key of the map of programs.
enum OriginLayout {
    /// The process ID, in the initial PID namespace.
    static let keySize = 4
    static let valueSize = ProgramInode.keySize
    static let capacity = 1 << 16
    /// The key whose value begins with 1 as soon as a process found no room: no process has the number 0.
    static let overflow: Int32 = 0
}
