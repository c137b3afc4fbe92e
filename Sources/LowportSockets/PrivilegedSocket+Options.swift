// SPDX-License-Identifier: Apache-2.0

extension PrivilegedSocket {
    /// How a socket is made. The defaults are those of a server.
    public struct Options: Hashable, Sendable {
        /// How many connections of TCP may wait to be accepted; the kernel takes no more than `net.core.somaxconn`
        /// (listen(2)).
        public var backlog: CInt = 4096

        /// Whether the port can be bound while connections of an earlier listener are still ending (`SO_REUSEADDR`,
        /// socket(7)); nil for what servers expect: for TCP, not for UDP, where two sockets would share the port.
        public var reuseAddress: Bool?

        /// Whether several sockets of this user share the port, and the kernel distributes the connections or datagrams
        /// among them (`SO_REUSEPORT`, socket(7)).
        public var reusePort = false

        /// Whether a socket for `::`, or for all addresses, takes IPv6 alone (`IPV6_V6ONLY`, ipv6(7)). Otherwise it takes
        /// IPv4 too, for which the policy has to allow both families.
        public var ipv6Only = false

        /// Creates the options of a server.
        public init() {}
    }
}
