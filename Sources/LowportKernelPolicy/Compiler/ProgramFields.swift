// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The way from a task to the file that it executes, in kernel structures: offsets in bytes.
package struct ProgramFields: Hashable, Sendable {
    /// `struct task_struct`: its memory.
    let memory: Int16
    /// `struct mm_struct`: the file that execve(2) was given, or its interpreter if that is a script.
    let executable: Int16
    /// `struct file`
    let inode: Int16
    // struct inode
    let number: Int16
    /// The user who owns the file, 32 bits wide.
    let owner: Int16
    let fileSystem: Int16
    /// `struct super_block`: the device, 32 bits wide.
    let device: Int16
}

extension ProgramFields {
    /// Finds the fields in `types`; nil unless all are there.
    package init?(_ types: KernelTypes) {
        guard let memory = types.structure("task_struct")?.offset("mm"),
            let executable = types.structure("mm_struct")?.offset("exe_file"),
            let inode = types.structure("file")?.offset("f_inode"),
            let file = types.structure("inode"), let number = file.offset("i_ino"), let owner = file.offset("i_uid"),
            let fileSystem = file.offset("i_sb"), let device = types.structure("super_block")?.offset("s_dev")
        else { return nil }
        self.init(
            memory: memory,
            executable: executable,
            inode: inode,
            number: number,
            owner: owner,
            fileSystem: fileSystem,
            device: device
        )
    }
}

/// The identity of a program's file as the kernel has it in its own structures.
package struct ProgramInode: Hashable, Sendable {
    /// The device of the file system: `s_dev`.
    package let device: UInt32
    /// The inode number: `i_ino`.
    package let number: UInt64

    /// Creates an identity.
    package init(device: UInt32, number: UInt64) {
        self.device = device
        self.number = number
    }

    /// `MAJOR:MINOR:INODE` in decimal, as `lowport log` prints it.
    package var byteString: ByteString {
        let numbers = [UInt64(device >> 20), UInt64(device & 0xF_FFFF), number]
        return ByteString(joining: numbers.map { ByteString(decimal: $0) }, with: ":")
    }

    /// The size of a key of the map of programs, in bytes.
    static let keySize = 16
    /// The size of a value of that map: the program's number in keys of the policy, and 1 above it if it is confined.
    static let valueSize = 8
    /// The position in a value of whether the program is confined, in bits.
    static let confinedShift: Int32 = 32

    /// The key of the map of programs: inode number and device, eight bytes each, in native byte order.
    var key: [UInt8] {
        var bytes = MapBytes()
        bytes.append(number)
        bytes.append(UInt64(device))
        return bytes.bytes
    }
}

extension Assembler {
    /// Stores the identity of the file that `task` executes on the stack at `place`: inode number and device, eight bytes
    /// each. Changes r1 and r2.
    /// - Parameters:
    ///   - otherwise: where to jump if the task executes none, as a thread of the kernel.
    ///   - withInode: emits what else is wanted of the inode, which is in r1.
    mutating func storeExecutable(
        of task: Register,
        _ fields: ProgramFields,
        at place: Int16,
        otherwise: Label,
        withInode: (inout Assembler) -> Void = { _ in }
    ) {
        load(.r1, .double, task, fields.memory)
        jump(.r1, .equal, 0, to: otherwise)
        for field in [fields.executable, fields.inode] {
            load(.r1, .double, .r1, field)
            jump(.r1, .equal, 0, to: otherwise)
        }
        load(.r2, .double, .r1, fields.number)
        store(.double, place, .r2)
        withInode(&self)
        load(.r1, .double, .r1, fields.fileSystem)
        jump(.r1, .equal, 0, to: otherwise)
        load(.r2, .word, .r1, fields.device)
        store(.double, place + 8, .r2)
    }
}
