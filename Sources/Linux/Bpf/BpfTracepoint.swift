// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// A program that the kernel runs whenever it passes a tracepoint (bpf(2), `BPF_TRACE_RAW_TP`); it stays attached while a
/// descriptor or a pin of its link exists.
public struct BpfTracepoint: ~Copyable, Sendable {
    /// The descriptor of the link.
    public let descriptor: FileDescriptor

    /// Loads and attaches `instructions`.
    /// - Parameters:
    ///   - instructions: the program.
    ///   - tracepoint: the number of the tracepoint (`KernelTypes.tracepoint`).
    ///   - name: at most 15 bytes, for listings of programs.
    ///   - license: the licence for the kernel, which must be GPL-compatible.
    public init(
        _ instructions: [UInt64],
        at tracepoint: UInt32,
        name: ByteString,
        license: ByteString
    ) throws(BpfLoadError) {
        let program: FileDescriptor
        do throws(Errno) {
            var nothing: [UInt8] = []
            program = try Self.load(instructions, tracepoint, name, license, log: &nothing)
        } catch {
            var log = [UInt8](repeating: 0, count: 1 << 20)
            _ = try? Self.load(instructions, tracepoint, name, license, log: &log)
            throw BpfLoadError(error: error, log: ByteString(log.prefix { $0 != 0 }))
        }
        let number = program.rawValue
        do throws(Errno) {
            descriptor = FileDescriptor(owning: try valueOrErrno(.bpf) { clinux_bpf_tracepoint_open(number) })
        } catch { throw BpfLoadError(error: error, log: "") }
    }

    private static func load(
        _ instructions: [UInt64],
        _ tracepoint: UInt32,
        _ name: ByteString,
        _ license: ByteString,
        log: inout [UInt8]
    ) throws(Errno) -> FileDescriptor {
        let count = UInt32(instructions.count)
        let program = try valueOrErrno(.bpf) {
            unsafe instructions.withUnsafeBytes { code in
                unsafe log.withUnsafeMutableBytes { log in
                    unsafe name.withCString { name in
                        unsafe license.withCString { license in
                            unsafe clinux_bpf_tracepoint_load(
                                code.baseAddress,
                                count,
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
