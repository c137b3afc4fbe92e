// SPDX-License-Identifier: Apache-2.0
public import Linux

/// A control group as the program knows it: by its number, among those that lead from the root to the group of a task.
public struct ProgramGroup: Hashable, Sendable {
    /// The inode number of its directory.
    public let inode: UInt64
    /// How far it is below the root of the hierarchy.
    public let level: Int32

    /// Creates a group.
    public init(inode: UInt64, level: Int32) {
        self.inode = inode
        self.level = level
    }
}

/// What the programs decide beside the rules.
public struct ProgramOptions: Hashable, Sendable {
    /// The cookie of the one network namespace that the policy holds in; nil for all of them.
    public var network: UInt64?
    /// The control group that it holds in, with those below it; nil for all of them.
    public var group: ProgramGroup?
    /// Whether each bind of a privileged port is written to the ring buffer and counted.
    public var audits: Bool
    /// How long a tick of the kernel is, in nanoseconds.
    public var tick: Int32
    /// Where the kernel's structure of a socket has `IPV6_V6ONLY`; nil if the program must not look.
    public var isIPv6Only: KernelTypes.Bit?
    /// Where the kernel's structures have who binds; nil if the program asks functions of the kernel, which takes longer.
    public var task: TaskFields?
    /// Where they have the network namespace of a socket; nil if the program asks a function.
    public var socket: SocketFields?

    /// Creates options.
    public init(
        network: UInt64?,
        group: ProgramGroup? = nil,
        tick: Int32,
        audits: Bool = true,
        isIPv6Only: KernelTypes.Bit? = nil,
        task: TaskFields? = nil,
        socket: SocketFields? = nil
    ) {
        self.network = network
        self.group = group
        self.tick = tick
        self.audits = audits
        self.isIPv6Only = isIPv6Only
        self.task = task
        self.socket = socket
    }

    /// The options of programs that look into the structures of the running kernel, as far as it describes them.
    public static func forRunningKernel(
        _ table: PolicyTable,
        network: UInt64?,
        group: ProgramGroup? = nil
    ) -> ProgramOptions {
        let tick = KernelClock.tick
        guard let types = KernelTypes.ofRunningKernel() else {
            return ProgramOptions(network: network, group: group, tick: tick)
        }
        return ProgramOptions(
            network: network,
            group: group,
            tick: tick,
            isIPv6Only: table.dependsOnIPv6Only ? types.structure("sock_common")?.bit("skc_ipv6only") : nil,
            task: TaskFields(types),
            socket: SocketFields(types)
        )
    }

    /// Whether the program looks into structures of the kernel, which the kernel lets programs under the GPL do alone.
    var looksIntoKernel: Bool { isIPv6Only != nil || task != nil || socket != nil }

    /// Gives up one of what the program looks into, for a kernel that refuses it: first what newer kernels alone let it.
    mutating func dropOneFeature() {
        if socket != nil { socket = nil } else if task != nil { task = nil } else { isIPv6Only = nil }
    }
}
