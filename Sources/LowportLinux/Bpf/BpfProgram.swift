// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The attachment of a program: binds of one socket family (`enum bpf_attach_type`).
package enum BpfAttachment: UInt32, Sendable {
    case bind4 = 8
    case bind6 = 9
}

/// Why the kernel rejected a program.
package struct BpfLoadError: Error, Sendable {
    /// The error.
    package let error: Errno
    /// The verifier's log; empty if it was not requested.
    package let log: ByteString
}

/// Where the kernel runs a program.
package enum BpfPlace: Hashable, Sendable {
    /// At binds of sockets of a control group (`BPF_PROG_TYPE_CGROUP_SOCK_ADDR`).
    case binds(BpfAttachment)
    /// At a tracepoint, by its number (`BPF_TRACE_RAW_TP`, `KernelTypes.tracepoint`).
    case tracepoint(UInt32)
}

/// A program that the kernel runs (bpf(2)).
package struct BpfProgram: ~Copyable, Sendable {
    /// The descriptor that keeps it alive.
    package let descriptor: FileDescriptor

    /// Loads `instructions`. Requests the log of the verifier only after a failure: it costs time.
    /// - Parameters:
    ///   - instructions: the program.
    ///   - place: where it is to run.
    ///   - name: at most 15 bytes, for listings of programs.
    ///   - license: the licence for the kernel; programs that read kernel structures must be GPL-compatible.
    package init(
        _ instructions: [UInt64],
        for place: BpfPlace,
        name: ByteString,
        license: ByteString
    ) throws(BpfLoadError) {
        do throws(Errno) {
            var nothing: [UInt8] = []
            descriptor = try Self.load(instructions, place, name, license, log: &nothing)
        } catch {
            var log = [UInt8](repeating: 0, count: 1 << 20)
            guard error == .invalidArgument || error == .permissionDenied else {
                throw BpfLoadError(error: error, log: "")
            }
            _ = try? Self.load(instructions, place, name, license, log: &log)
            throw BpfLoadError(error: error, log: ByteString(log.prefix { $0 != 0 }))
        }
    }

    private init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    /// The loaded program with the ID `identifier`.
    package static func loaded(_ identifier: UInt32) throws(Errno) -> BpfProgram {
        BpfProgram(FileDescriptor(owning: try valueOrErrno(.bpf) { clinux_bpf_program_by_id(identifier) }))
    }

    /// The name that it was loaded with.
    package func name() throws(Errno) -> ByteString {
        let program = descriptor.rawValue
        var name = [CChar](repeating: 0, count: 16)
        try nothingOrErrno(.bpf) {
            unsafe name.withUnsafeMutableBufferPointer { unsafe clinux_bpf_program_name(program, $0.baseAddress) }
        }
        return ByteString(terminated: name)
    }

    /// The ID that the kernel gave it.
    package func identifier() throws(Errno) -> UInt32 {
        let program = descriptor.rawValue
        var identifier: UInt32 = 0
        try nothingOrErrno(.bpf) { unsafe clinux_bpf_program_id(program, &identifier) }
        return identifier
    }

    private static func load(
        _ instructions: [UInt64],
        _ place: BpfPlace,
        _ name: ByteString,
        _ license: ByteString,
        log: inout [UInt8]
    ) throws(Errno) -> FileDescriptor {
        let count = UInt32(instructions.count)
        let (attachment, tracepoint): (UInt32, UInt32) =
            switch place {
            case .binds(let attachment): (attachment.rawValue, 0)
            case .tracepoint(let number): (0, number)
            }
        let program = try valueOrErrno(.bpf) {
            unsafe instructions.withUnsafeBytes { code in
                unsafe log.withUnsafeMutableBytes { log in
                    unsafe name.withCString { name in
                        unsafe license.withCString { license in
                            unsafe clinux_bpf_program_load(
                                code.baseAddress,
                                count,
                                attachment,
                                tracepoint,
                                name,
                                license,
                                log.isEmpty ? nil : log.baseAddress?.assumingMemoryBound(to: CChar.self),
                                UInt32(log.count)
                            )
                        }
                    }
                }
            }
        }
        return FileDescriptor(owning: program)
    }
}
