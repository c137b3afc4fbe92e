// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The programs in the kernel that follow by which file each process has the capability, and their map.
///
/// They are started when a policy first confines a program, and stay until the engine is disabled.
struct OriginTracker: ~Copyable {
    let map: BpfMap

    private static let mapPin: ByteString = "origins"

    /// The names of its pins.
    static let pins: [ByteString] = [mapPin] + OriginMoment.allCases.map(\.pin)

    /// Opens the tracker that is pinned in `directory`, or starts one and pins it there.
    static func running(in directory: borrowing PinDirectory) throws(EnforcementError) -> OriginTracker {
        let names = try directory.names()
        if pins.allSatisfy(names.contains) {
            let map = BpfMap(try directory.open(mapPin), valueSize: OriginLayout.valueSize)
            let status = try attempt("look at the map of origins") { () throws(Errno) in try map.status() }
            guard status.valueSize == OriginLayout.valueSize, status.keySize == OriginLayout.keySize else {
                throw .foreign(path: "\(KernelEngine.directory)/\(mapPin)")
            }
            return OriginTracker(map: map)
        }
        // What is left of one that was never complete.
        for pin in pins { try directory.unpin(pin) }
        return try start(in: directory)
    }

    private static func start(in directory: borrowing PinDirectory) throws(EnforcementError) -> OriginTracker {
        guard let types = KernelTypes.ofRunningKernel(), let fields = OriginFields(types),
            let program = ProgramFields(types)
        else { throw .lacking("it does not describe its structures, so that no program can be confined", nil) }
        let map = try attemptSupported("make a map of origins") { () throws(Errno) in
            let map = try BpfMap(
                .hash,
                name: "lowport_origins",
                keySize: OriginLayout.keySize,
                valueSize: OriginLayout.valueSize,
                capacity: OriginLayout.capacity,
                isPreallocated: true
            )
            try map.set(
                [UInt8](repeating: 0, count: OriginLayout.keySize),
                [UInt8](repeating: 0, count: OriginLayout.valueSize)
            )
            return map
        }
        try directory.pin(map.descriptor, as: mapPin)
        for moment in OriginMoment.allCases {
            guard let number = types.tracepoint(moment.tracepoint) else {
                throw .lacking("it has no tracepoint \(moment.tracepoint)", nil)
            }
            let code = OriginProgram.program(for: moment, fields, program).instructions.map { instruction in
                var instruction = instruction
                if instruction.map == .origins { instruction.immediate = map.descriptor.rawValue }
                return instruction.rawValue
            }
            try directory.pin(try attached(code, to: number, moment).descriptor, as: moment.pin)
        }
        return OriginTracker(map: map)
    }

    private static func attached(
        _ code: [UInt64],
        to tracepoint: UInt32,
        _ moment: OriginMoment
    ) throws(EnforcementError) -> BpfLink {
        let program: BpfProgram
        do throws(BpfLoadError) {
            program = try BpfProgram(
                code,
                for: .tracepoint(tracepoint),
                name: "lowport_\(moment.pin)",
                license: "GPL v2"
            )
        } catch {
            if !error.log.isEmpty { throw .refusedByVerifier(error.log) }
            throw .lacking("it does not take programs for tracepoints", error.error)
        }
        do throws(Errno) { return try BpfLink(atTracepointOf: program) } catch {
            throw .lacking("it does not attach programs to tracepoints", error)
        }
    }
}
