// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The path from the program's argument to the socket's network namespace: offsets in bytes in kernel structures.
package struct SocketFields: Hashable, Sendable {
    /// The number of `bpf_cast_to_kern_ctx`, which costs nothing: the kernel replaces the call with a move.
    let cast: Int32
    /// `struct bpf_sock_addr_kern`
    let socket: Int16
    /// `struct sock_common`, which is at the start of `struct sock`.
    let network: Int16
    /// `struct net`: the value that `bpf_get_netns_cookie` returns.
    let cookie: Int16
}

extension SocketFields {
    /// Finds the fields in `types`; nil if any is missing.
    package init?(_ types: KernelTypes) {
        guard let cast = types.function("bpf_cast_to_kern_ctx"),
            let socket = types.structure("bpf_sock_addr_kern")?.offset("sk"),
            let network = types.structure("sock_common")?.offset("skc_net"),
            let cookie = types.structure("net")?.offset("net_cookie")
        else { return nil }
        self.init(cast: cast, socket: socket, network: network, cookie: cookie)
    }
}
