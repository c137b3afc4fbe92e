// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The positions of everything by which the kernel itself decides about a bind that no rule allows: offsets in bytes in
/// kernel structures.
package struct PrivilegeFields: Hashable, Sendable {
    // struct cred
    let capabilities: Int16
    let effectiveUser: Int16
    let userNamespace: Int16
    // struct net
    let networkOwner: Int16
    /// The first unprivileged port.
    let threshold: Int16
    // struct user_namespace
    let parent: Int16
    let owner: Int16
}

extension PrivilegeFields {
    /// Finds the fields in `types`; nil if any is missing.
    package init?(_ types: KernelTypes) {
        guard let credentials = types.structure("cred"), let network = types.structure("net"),
            let namespace = types.structure("user_namespace"),
            let capabilities = credentials.offset("cap_effective"), let effectiveUser = credentials.offset("euid"),
            let userNamespace = credentials.offset("user_ns"), let networkOwner = network.offset("user_ns"),
            let ipv4 = network.offset("ipv4"),
            let threshold = types.structure("netns_ipv4")?.offset("sysctl_ip_prot_sock"),
            let parent = namespace.offset("parent"), let owner = namespace.offset("owner"),
            let sum = Int16(exactly: Int(ipv4) + Int(threshold))
        else { return nil }
        self.init(
            capabilities: capabilities,
            effectiveUser: effectiveUser,
            userNamespace: userNamespace,
            networkOwner: networkOwner,
            threshold: sum,
            parent: parent,
            owner: owner
        )
    }
}
