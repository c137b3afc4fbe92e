// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// An event that the kernel program records for one bind of a privileged port.
package struct BindEvent: Hashable, Sendable {
    /// The time of the bind, in nanoseconds since boot (`CLOCK_BOOTTIME`).
    package let time: UInt64
    /// The real user of the process.
    package let user: UserID
    /// The real group of the process.
    package let group: GroupID
    /// The process ID, in the initial PID namespace.
    package let process: UInt32
    /// The name that the thread has given itself: at most 15 bytes.
    package let command: ByteString
    /// The control group: the inode number of its directory.
    package let cgroup: UInt64
    /// The cookie of the network namespace.
    package let network: UInt64
    /// The transport protocol.
    package let transport: TransportProtocol
    /// The address; an IPv4-mapped address appears as IPv4.
    package let address: IPAddress
    /// The port.
    package let port: Port
    /// The outcome of the bind.
    package let outcome: BindOutcome
    /// What the kernel's own check says to a bind that is left to it.
    package let check: KernelCheck
    /// The number of the file with the rule that allowed the bind; 0 for none.
    package let source: UInt32
    /// The line number of the rule.
    package let line: UInt32
    /// The file that the process executes; nil if the kernel does not describe its structures.
    package let executable: ProgramInode?

    /// Parses an event from the ring buffer; nil for anything else.
    package init?(bytes: [UInt8]) {
        // An engine that an earlier version enabled goes on until it is reloaded.
        let hasExecutable = bytes.count == Int(EventLayout.size)
        guard hasExecutable || bytes.count == EventLayout.earlierSize else { return nil }
        func number<Value: FixedWidthInteger & UnsignedInteger>(_ offset: Int16) -> Value {
            Value(littleEndianBytes: bytes[Int(offset)..<Int(offset) + Value.bitWidth / 8])
        }
        let userAndGroup: UInt64 = number(EventLayout.userAndGroup)
        let processAndThread: UInt64 = number(EventLayout.processAndThread)
        let space: UInt16 = number(EventLayout.space)
        guard let outcome = BindOutcome(rawValue: Int32(bytes[Int(EventLayout.outcome)])),
            let check = KernelCheck(rawValue: bytes[Int(EventLayout.check)])
        else { return nil }
        time = number(EventLayout.time)
        user = UserID(rawValue: UInt32(truncatingIfNeeded: userAndGroup))
        group = GroupID(rawValue: UInt32(truncatingIfNeeded: userAndGroup >> 32))
        process = UInt32(truncatingIfNeeded: processAndThread >> 32)
        command = ByteString(bytes[Int(EventLayout.command)..<Int(EventLayout.command) + 16].prefix { $0 != 0 })
        cgroup = number(EventLayout.cgroup)
        network = number(EventLayout.network)
        transport = TransportProtocol(code: number(EventLayout.transport))
        port = Port(networkOrder: number(EventLayout.port))
        source = number(EventLayout.source)
        line = number(EventLayout.line)
        let inode: UInt64 = hasExecutable ? number(EventLayout.inode) : 0
        executable = inode == 0 ? nil : ProgramInode(device: number(EventLayout.device), number: inode)
        self.outcome = outcome
        self.check = check
        let address = bytes[Int(EventLayout.address)..<Int(EventLayout.address) + 16]
        if space != AddressSpace.v6.rawValue {
            self.address = .v4(IPv4Address(rawValue: UInt32(bigEndianBytes: address.prefix(4))))
        } else {
            guard let address = IPv6Address(networkBytes: address) else { return nil }
            self.address = .v6(address)
        }
    }
}
