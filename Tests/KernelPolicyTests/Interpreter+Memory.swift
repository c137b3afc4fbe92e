// SPDX-License-Identifier: Apache-2.0
import LowportLinux

@testable import LowportKernelPolicy

/// The memory of the kernel that programs look into: the structures of a task, a socket and their namespaces.
extension Interpreter {
    /// A socket of the kernel, as far as programs look into it.
    enum Socket {
        static let isIPv6Only = KernelTypes.Bit(offset: 18, mask: 0x20)
    }

    /// The fields of the task that binds, at offsets that nothing else has.
    static let task = TaskFields(
        process: 4,
        thread: 12,
        command: 1752,
        credentials: 24,
        controlGroups: 32,
        user: 8,
        group: 12,
        unifiedGroup: 48,
        groupNode: 56,
        nodeNumber: 64
    )

    /// The way from the context to the network namespace, likewise.
    static let socket = SocketFields(cast: 4321, socket: 16, network: 40, cookie: 96)

    /// The way to the program, likewise.
    static let program = ProgramFields(
        memory: 2200,
        executable: 800,
        inode: 160,
        number: 72,
        owner: 84,
        fileSystem: 40,
        device: 20
    )

    /// What shows by which program the capability came, likewise; the credentials are those of the other fields.
    static let origins = OriginFields(
        process: 4,
        credentials: 24,
        realCredentials: 16,
        signals: 3000,
        threads: 88,
        user: 8,
        effectiveUser: 20,
        permittedSet: 48,
        ambientSet: 80,
        userNamespace: 144,
        parent: 192
    )

    /// What the kernel's own check looks at, likewise.
    static let privileges = PrivilegeFields(
        capabilities: 64,
        effectiveUser: 20,
        userNamespace: 144,
        networkOwner: 112,
        threshold: 1560,
        parent: 192,
        owner: 204
    )

    /// What the kernel has at an address of its own; every field that no program may read is a trap.
    func kernelMemory(_ address: UInt64, _ count: Int) -> UInt64 {
        let (task, socket) = (Self.task, Self.socket)
        func field(_ region: UInt64, _ offset: Int16) -> UInt64 { region + UInt64(offset) }
        switch (address, count) {
        case (field(Region.task, task.process), 4): return 4711
        case (field(Region.task, task.thread), 4): return 4712
        case (field(Region.task, task.command), 8): return Self.number(Array("nginx".utf8))
        case (field(Region.task, task.command + 8), 8): return 0
        case (field(Region.task, task.credentials), 8): return Region.credentials
        case (field(Region.task, task.controlGroups), 8): return Region.controlGroups
        case (field(Region.credentials, task.user), 4): return UInt64(process.user)
        case (field(Region.credentials, task.group), 4): return UInt64(process.group)
        case (field(Region.controlGroups, task.unifiedGroup), 8): return Region.group
        case (field(Region.group, task.groupNode), 8): return Region.node
        case (field(Region.node, task.nodeNumber), 8): return 99
        case (field(Region.kernelContext, socket.socket), 8): return Region.kernelSocket
        case (field(Region.kernelSocket, socket.network), 8): return Region.network
        case (field(Region.network, socket.cookie), 8): return process.network
        default:
            return programMemory(address, count) ?? originMemory(address, count) ?? privilegeMemory(address, count)
        }
    }

    private func originMemory(_ address: UInt64, _ count: Int) -> UInt64? {
        let fields = Self.origins
        func field(_ region: UInt64, _ offset: Int16) -> UInt64 { region + UInt64(offset) }
        switch (address, count) {
        case (field(Region.task, fields.realCredentials), 8):
            return Region.credentials + (process.actsAsOther ? 4096 : 0)
        case (field(Region.task, fields.signals), 8): return Region.signals
        case (field(Region.signals, fields.threads), 4): return process.threads
        case (field(Region.credentials, fields.permittedSet), 4): return process.hasCapability ? 1 << 10 : ~(1 << 10)
        case (field(Region.credentials, fields.ambientSet), 4): return process.hasAmbient ? 1 << 10 : ~(1 << 10)
        case (field(Region.child, fields.process), 4): return 4800
        default: return nil
        }
    }

    private func programMemory(_ address: UInt64, _ count: Int) -> UInt64? {
        let fields = Self.program
        func field(_ region: UInt64, _ offset: Int16) -> UInt64 { region + UInt64(offset) }
        switch (address, count) {
        case (field(Region.task, fields.memory), 8): return process.program == nil ? 0 : Region.memory
        case (field(Region.memory, fields.executable), 8): return Region.file
        case (field(Region.file, fields.inode), 8): return Region.inode
        case (field(Region.inode, fields.number), 8): return process.program?.number
        case (field(Region.inode, fields.owner), 4): return UInt64(process.programOwner)
        case (field(Region.inode, fields.fileSystem), 8): return Region.fileSystem
        case (field(Region.fileSystem, fields.device), 4): return (process.program?.device).map { UInt64($0) }
        default: return nil
        }
    }

    private func privilegeMemory(_ address: UInt64, _ count: Int) -> UInt64 {
        let fields = Self.privileges
        func namespace(_ depth: UInt64) -> UInt64 { Region.userNamespace + depth << 16 }
        func field(_ region: UInt64, _ offset: Int16) -> UInt64 { region + UInt64(offset) }
        switch (address, count) {
        case (field(Region.credentials, fields.capabilities), 4): return process.hasCapability ? 1 << 10 : ~(1 << 10)
        case (field(Region.credentials, fields.effectiveUser), 4): return UInt64(process.user)
        case (field(Region.credentials, fields.userNamespace), 8): return namespace(process.ownDepth)
        case (field(Region.network, fields.networkOwner), 8): return namespace(process.networkDepth)
        case (field(Region.network, fields.threshold), 4): return process.threshold
        case (Region.userNamespace..., _):
            let (depth, offset) = ((address - Region.userNamespace) >> 16, Int16(address & 0xFFFF))
            if offset == fields.owner, count == 4 { return UInt64(process.namespaceOwner) }
            precondition(offset == fields.parent && count == 8, "a field that is not for programs")
            return depth == 0 ? 0 : namespace(depth - 1)
        default: preconditionFailure("a field that is not for programs")
        }
    }
}
