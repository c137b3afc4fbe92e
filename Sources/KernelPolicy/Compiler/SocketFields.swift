// SPDX-License-Identifier: Apache-2.0
public import Linux

/// How the program gets from what it is called with to the network namespace of the socket: offsets in bytes in the
/// structures of the kernel.
public struct SocketFields: Hashable, Sendable {
    /// The number of `bpf_cast_to_kern_ctx`, which costs nothing: the kernel puts a move in the place of the call.
    let cast: Int32
    /// `struct bpf_sock_addr_kern`
    let socket: Int16
    /// `struct sock_common`, with which a `struct sock` begins
    let network: Int16
    /// `struct net`: what `bpf_get_netns_cookie` returns.
    let cookie: Int16
}

extension SocketFields {
    /// Finds the fields; nil if `types` does not have all of them.
    public init?(_ types: KernelTypes) {
        guard let cast = types.function("bpf_cast_to_kern_ctx"),
            let socket = types.structure("bpf_sock_addr_kern")?.offset("sk"),
            let network = types.structure("sock_common")?.offset("skc_net"),
            let cookie = types.structure("net")?.offset("net_cookie")
        else { return nil }
        self.init(cast: cast, socket: socket, network: network, cookie: cookie)
    }
}
