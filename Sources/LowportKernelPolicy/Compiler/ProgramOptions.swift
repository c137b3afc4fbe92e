// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A control group as the program identifies it: by its inode number, among the ancestors of a task's group.
package struct ProgramGroup: Hashable, Sendable {
    /// The inode number of its directory.
    package let inode: UInt64
    /// Its depth below the root of the hierarchy.
    package let level: Int32

    /// Creates a group from its inode number and its depth.
    package init(inode: UInt64, level: Int32) {
        self.inode = inode
        self.level = level
    }
}

/// The parts of a program that do not depend on the rules.
package struct ProgramOptions: Hashable, Sendable {
    /// The cookie of the only network namespace in which the policy applies; nil for all namespaces.
    package var network: UInt64?
    /// The control group to which the policy applies, including its descendants; nil for all groups.
    package var group: ProgramGroup?
    /// Whether each bind of a privileged port is recorded in the ring buffer and counted.
    package var audits: Bool
    /// The length of a kernel tick, in nanoseconds.
    package var tick: Int32
    /// The position of `IPV6_V6ONLY` in the kernel's socket structure; nil if the program must not read it.
    package var isIPv6Only: KernelTypes.Bit?
    /// The positions of the caller's data in kernel structures; nil to call kernel helpers instead, which takes longer.
    package var task: TaskFields?
    /// The position of a socket's network namespace in kernel structures; nil to call a kernel helper instead.
    package var socket: SocketFields?
    /// The positions of what the kernel's own check depends on; nil not to record what it says. Requires `task` and
    /// `socket`.
    package var privileges: PrivilegeFields?

    /// The way to the file that the caller executes; nil if rules by program do nothing and events do not have it.
    package var program: ProgramFields?
    /// What shows by which file the caller has the capability; nil if no program can be confined. Requires `program`.
    package var origins: OriginFields?
    /// Up to how many programs are compared one by one, which takes less time than to look one up.
    package var fewPrograms = 4

    /// Creates options.
    package init(
        network: UInt64?,
        group: ProgramGroup? = nil,
        tick: Int32,
        audits: Bool = true,
        isIPv6Only: KernelTypes.Bit? = nil,
        task: TaskFields? = nil,
        socket: SocketFields? = nil,
        privileges: PrivilegeFields? = nil,
        program: ProgramFields? = nil,
        origins: OriginFields? = nil
    ) {
        self.program = program
        self.origins = program == nil ? nil : origins
        self.network = network
        self.group = group
        self.tick = tick
        self.audits = audits
        self.isIPv6Only = isIPv6Only
        self.task = task
        self.socket = socket
        self.privileges = task == nil || socket == nil ? nil : privileges
    }

    /// Returns options for programs that read structures of the running kernel, as far as the kernel describes them.
    package static func forRunningKernel(
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
            socket: SocketFields(types),
            privileges: PrivilegeFields(types),
            program: ProgramFields(types),
            origins: table.confinedPrograms.isEmpty ? nil : OriginFields(types)
        )
    }

    /// Whether the program reads kernel structures, which the kernel permits only to programs under the GPL.
    var looksIntoKernel: Bool { isIPv6Only != nil || task != nil || socket != nil || program != nil }

    /// Whether a program with these options confines all that `table` confines.
    func confines(allOf table: PolicyTable) -> Bool { table.confinedPrograms.isEmpty || origins != nil }

    /// Drops one of the features that read kernel structures, for a kernel that rejects it; the one that needs the
    /// newest kernel goes first.
    mutating func dropOneFeature() {
        if privileges != nil {
            privileges = nil
        } else if socket != nil {
            socket = nil
        } else if task != nil {
            task = nil
        } else if program != nil {
            (program, origins) = (nil, nil)
        } else {
            isIPv6Only = nil
        }
    }
}
