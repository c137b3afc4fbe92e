// SPDX-License-Identifier: Apache-2.0
import LowportLinux

@testable import LowportKernelPolicy

/// Runs programs as the kernel does, on memory of its own: what the tests know about eBPF, independent of what wrote the
/// program. Traps on everything that the verifier would refuse and on whatever it does not know.
struct Interpreter {
    /// Who binds, and when.
    struct Process {
        var user: UInt32
        var group: UInt32
        var network: UInt64 = 1
        /// The control groups that lead from the root to that of the task, by their inode numbers.
        var groups: [UInt64] = [1, 50, 99]
        /// Nanoseconds of `CLOCK_TAI`.
        var time: UInt64 = 0
        /// Whether the socket takes IPv6 alone.
        var isIPv6Only = false
        /// The program; nil for a thread of the kernel.
        var program: ProgramInode?
        /// The owner of the program's file.
        var programOwner: UInt32 = 0
        /// Whether the process has CAP_NET_BIND_SERVICE, in its user namespace.
        var hasCapability = false
        /// Whether it has it as an ambient one.
        var hasAmbient = false
        /// Whether it acts with the credentials of another process.
        var actsAsOther = false
        /// The number of threads that have not ended.
        var threads: UInt64 = 1
        /// The user namespaces, by their depth below the first: that of the process, and that which owns the network.
        var ownDepth: UInt64 = 0
        var networkDepth: UInt64 = 0
        /// The owner of each user namespace.
        var namespaceOwner: UInt32 = 99
        /// The first unprivileged port of the network.
        var threshold: UInt64 = 1024
    }

    /// What lies at an address: the addresses are far apart, so that none reaches into the next.
    enum Region {
        static let context: UInt64 = 1 << 40
        static let stackEnd: UInt64 = 2 << 40
        static let map: UInt64 = 3 << 40
        static let value: UInt64 = 4 << 40
        static let socket: UInt64 = 5 << 40
        static let task: UInt64 = 6 << 40
        static let credentials: UInt64 = 7 << 40
        static let controlGroups: UInt64 = 8 << 40
        static let group: UInt64 = 9 << 40
        static let node: UInt64 = 10 << 40
        static let kernelContext: UInt64 = 11 << 40
        static let kernelSocket: UInt64 = 12 << 40
        static let network: UInt64 = 13 << 40
        static let userNamespace: UInt64 = 14 << 40
        static let memory: UInt64 = 15 << 40
        static let file: UInt64 = 16 << 40
        static let inode: UInt64 = 17 << 40
        static let fileSystem: UInt64 = 18 << 40
        static let child: UInt64 = 19 << 40
        static let signals: UInt64 = 20 << 40
    }

    private let instructions: [Instruction]
    private let policy: LongestPrefixMap
    private let programs: [[UInt8]: [UInt8]]
    private var context: [UInt8]
    private var stack = [UInt8](repeating: 0, count: 512)
    private var values: [[UInt8]] = []
    /// Which of the values are those of processes in the map of origins.
    private var originValues: [Int: UInt64] = [:]
    var process: Process

    /// The counters of rules, by number.
    var counters: [UInt64: UInt64] = [:]
    /// The map of statistics.
    private(set) var statistics = [UInt8](repeating: 0, count: StatisticsLayout.size)
    /// The events that were written.
    private(set) var events: [[UInt8]] = []
    /// For how long the machine has run since it was started, and slept beside that, in nanoseconds.
    var (uptime, slept): (UInt64, UInt64) = (5_000_000_000, 0)
    /// The map of origins, by process, and how many entries it has room for.
    var origins: [UInt64: [UInt8]] = [0: [UInt8](repeating: 0, count: 16)]
    var roomForOrigins = 100
    /// How often the exact clock was read.
    private(set) var exactReadings = 0
    /// How long a tick is, in nanoseconds.
    static let tick: UInt64 = 4_000_000
    /// The ticks do not count from 0.
    static let firstTick: UInt64 = 4_294_892_296
    /// Whether the ring buffer has no room.
    var ringBufferIsFull = false

    init(
        _ program: AssembledProgram,
        policy: LongestPrefixMap,
        programs: [ProgramInode: UInt64] = [:],
        context: [UInt8],
        process: Process
    ) {
        self.programs = Dictionary(
            uniqueKeysWithValues: programs.map { inode, value in
                let key = Self.bytes(of: inode.number) + Self.bytes(of: UInt64(inode.device))
                return (key, Self.bytes(of: value))
            }
        )
        instructions = program.instructions
        self.policy = policy
        self.context = context
        for index in 0..<8 {
            self.context[Int(Context.socket) + index] = UInt8(truncatingIfNeeded: Region.socket >> UInt64(index * 8))
        }
        self.process = process
    }

    /// A run of a program at a tracepoint whose arguments are the task that binds and another.
    init(atTracepoint program: AssembledProgram, process: Process) {
        programs = [:]
        instructions = program.instructions
        policy = LongestPrefixMap()
        context = Self.bytes(of: Region.task) + Self.bytes(of: Region.child)
        self.process = process
    }

    /// What the program returns.
    mutating func run() -> UInt64 {
        var registers = [UInt64](repeating: 0, count: 11)
        registers[1] = Region.context
        registers[10] = Region.stackEnd
        var position = 0
        while true {
            let instruction = instructions[position]
            let to = Int(instruction.destination)
            let constant = UInt64(bitPattern: Int64(instruction.immediate))
            let operand = instruction.code & 0x08 != 0 ? registers[Int(instruction.source)] : constant
            position += 1
            switch instruction.code & 0x07 {
            case 0x00:
                precondition(instruction.code == Instruction.wideLoad)
                if instruction.source == Instruction.mapSource {
                    registers[to] = Region.map + UInt64(instruction.immediate)
                } else {
                    registers[to] =
                        UInt64(UInt32(bitPattern: instruction.immediate))
                        | UInt64(UInt32(bitPattern: instructions[position].immediate)) << 32
                }
                position += 1
            case 0x01:
                let address = registers[Int(instruction.source)] &+ offset(instruction)
                registers[to] = load(address, size(instruction))
            case 0x02: store(constant, registers[to] &+ offset(instruction), size(instruction))
            case 0x03:
                let (address, value) = (registers[to] &+ offset(instruction), registers[Int(instruction.source)])
                let old = instruction.code == 0xDB ? load(address, 8) : 0
                store(old &+ value, address, instruction.code == 0xDB ? 8 : size(instruction))
            case 0x04:
                if instruction.code == 0xDC {
                    registers[to] = swapped(registers[to], bits: instruction.immediate)
                } else {
                    precondition(instruction.code & 0xF0 == Operation.move.rawValue)
                    registers[to] = operand & 0xFFFF_FFFF
                }
            case 0x05:
                switch instruction.code {
                case 0x95: return registers[0]
                case 0x85:
                    registers[0] =
                        instruction.source == Instruction.kernelFunction
                        ? callKernelFunction(instruction.immediate, registers)
                        : call(instruction.immediate, registers)
                    for lost in 1...5 { registers[lost] = 0xDEAD_BEEF_DEAD_BEEF }
                default:
                    if isTaken(instruction, registers[to], operand) { position += Int(instruction.offset) }
                }
            case 0x07: registers[to] = compute(instruction, registers[to], operand)
            default: preconditionFailure("unknown class")
            }
        }
    }

    private func compute(_ instruction: Instruction, _ left: UInt64, _ right: UInt64) -> UInt64 {
        switch Operation(rawValue: instruction.code & 0xF0) {
        case .add: left &+ right
        case .subtract: left &- right
        case .multiply: left &* right
        case .or: left | right
        case .and: left & right
        case .shiftLeft: left << right
        case .shiftRight: left >> right
        case .move: right
        case nil: preconditionFailure("unknown operation")
        }
    }

    private func isTaken(_ instruction: Instruction, _ left: UInt64, _ right: UInt64) -> Bool {
        switch Condition(rawValue: instruction.code & 0xF0) {
        case .always: true
        case .equal: left == right
        case .greater: left > right
        case .atLeast: left >= right
        case .notEqual: left != right
        case nil: preconditionFailure("unknown condition")
        }
    }

    private func swapped(_ value: UInt64, bits: Int32) -> UInt64 {
        switch bits {
        case 16: UInt64(UInt16(truncatingIfNeeded: value).bigEndian)
        case 32: UInt64(UInt32(truncatingIfNeeded: value).bigEndian)
        default: preconditionFailure("unknown width")
        }
    }

    // MARK: - Memory

    private func offset(_ instruction: Instruction) -> UInt64 { UInt64(bitPattern: Int64(instruction.offset)) }

    private func size(_ instruction: Instruction) -> Int {
        switch Width(rawValue: instruction.code & 0x18) {
        case .byte: 1
        case .half: 2
        case .word: 4
        case .double: 8
        case nil: preconditionFailure("unknown width")
        }
    }

    private static func bytes(of number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
    }

    private func bytes(_ address: UInt64, _ count: Int) -> [UInt8] {
        if address >= Region.socket {
            precondition(address == Region.socket + UInt64(Socket.isIPv6Only.offset) && count == 1)
            return [process.isIPv6Only ? 0xFF : ~Socket.isIPv6Only.mask]
        }
        if address >= Region.value {
            let (index, start) = (Int((address - Region.value) >> 16), Int(address & 0xFFFF))
            return Array(values[index][start..<start + count])
        }
        if address >= Region.stackEnd - 512, address < Region.stackEnd {
            let start = Int(address - (Region.stackEnd - 512))
            return Array(stack[start..<start + count])
        }
        let start = Int(address - Region.context)
        return Array(context[start..<start + count])
    }

    private func load(_ address: UInt64, _ count: Int) -> UInt64 {
        precondition(address % UInt64(count) == 0, "misaligned")
        return address >= Region.task ? kernelMemory(address, count) : Self.number(bytes(address, count))
    }

    /// The number in little-endian order.
    static func number(_ bytes: [UInt8]) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }

    private mutating func store(_ value: UInt64, _ address: UInt64, _ count: Int) {
        precondition(address % UInt64(count) == 0, "misaligned")
        for index in 0..<count { store(UInt8(truncatingIfNeeded: value >> UInt64(index * 8)), address + UInt64(index)) }
    }

    private mutating func store(_ byte: UInt8, _ address: UInt64) {
        if address >= Region.value {
            let index = Int((address - Region.value) >> 16)
            values[index][Int(address & 0xFFFF)] = byte
            if let key = originValues[index] { origins[key] = values[index] }
            if address >> 16 == Region.value >> 16 { statistics[Int(address & 0xFFFF)] = byte }
        } else {
            precondition(address >= Region.stackEnd - 512 && address < Region.stackEnd, "only the stack is written")
            stack[Int(address - (Region.stackEnd - 512))] = byte
        }
    }

    // MARK: - The kernel's functions

    private mutating func call(_ number: Int32, _ registers: [UInt64]) -> UInt64 {
        switch Helper(rawValue: number) {
        case .userAndGroup: return UInt64(process.group) << 32 | UInt64(process.user)
        case .task: return Region.task
        case .networkNamespace:
            precondition(registers[1] == Region.context)
            return process.network
        case .ancestorGroup:
            // The level is an int; what is not above the task's own group is none.
            let level = Int32(truncatingIfNeeded: Int64(bitPattern: registers[1]))
            return process.groups.indices.contains(Int(level)) ? process.groups[Int(level)] : 0
        case .atomicTime: return process.time
        case .bootTime:
            exactReadings += 1
            return uptime + slept
        case .ticks: return Self.firstTick + uptime / Self.tick
        case .processAndThread: return 4711 << 32 | 4712
        case .cgroup: return 99
        case .command:
            for (index, byte) in (Array("nginx".utf8) + [UInt8](repeating: 0, count: 11)).enumerated() {
                store(byte, registers[1] + UInt64(index))
            }
            return 0
        case .ringBufferReserve:
            precondition(registers[1] == Region.map + UInt64(MapName.events.rawValue) && registers[3] == 0)
            if ringBufferIsFull { return 0 }
            // What is in the buffer before is of somebody else.
            return append([UInt8](repeating: 0xA5, count: Int(registers[2])))
        case .ringBufferSubmit:
            let index = Int((registers[1] - Region.value) >> 16)
            precondition(registers[1] == address(ofValue: index) && registers[2] == 0)
            events.append(values[index])
            return 0
        case .socketAsTCP6, .socketAsUDP6:
            precondition(registers[1] == Region.socket)
            let wanted: UInt8 = number == Helper.socketAsTCP6.rawValue ? 6 : 17
            return context[Int(Context.transport)] == wanted ? Region.socket : 0
        case .mapLookup: return lookUp(registers[1] - Region.map, registers[2])
        case .mapUpdate:
            precondition(registers[1] == Region.map + UInt64(MapName.origins.rawValue) && registers[4] == 0)
            let key = load(registers[2], OriginLayout.keySize)
            if origins[key] == nil, origins.count >= roomForOrigins { return UInt64(bitPattern: -7) }
            origins[key] = bytes(registers[3], OriginLayout.valueSize)
            return 0
        case .mapDelete:
            precondition(registers[1] == Region.map + UInt64(MapName.origins.rawValue))
            let key = load(registers[2], OriginLayout.keySize)
            return origins.removeValue(forKey: key) == nil ? UInt64(bitPattern: -2) : 0
        case nil: preconditionFailure("unknown function")
        }
    }

    private func callKernelFunction(_ number: Int32, _ registers: [UInt64]) -> UInt64 {
        precondition(number == Self.socket.cast && registers[1] == Region.context)
        return Region.kernelContext
    }

    private func address(ofValue index: Int) -> UInt64 { Region.value + UInt64(index) << 16 }

    /// The address of new memory that the program may write.
    private mutating func append(_ value: [UInt8]) -> UInt64 {
        values.append(value)
        return address(ofValue: values.count - 1)
    }

    private mutating func lookUp(_ map: UInt64, _ key: UInt64) -> UInt64 {
        // The first value is the one of the statistics.
        if values.isEmpty { values.append(statistics) }
        switch MapName(rawValue: Int32(map)) {
        case .policy:
            guard let value = policy.value(for: bytes(key, PolicyKey.size)) else { return 0 }
            return append(value)
        case .counters:
            let number = load(key, 4)
            guard let count = counters[number] else { return 0 }
            counters[number] = count + 1
            return append([UInt8](repeating: 0, count: 8))
        case .statistics: return address(ofValue: 0)
        case .programs:
            guard let number = programs[bytes(key, ProgramInode.keySize)] else { return 0 }
            return append(number)
        case .origins:
            let key = load(key, OriginLayout.keySize)
            guard let value = origins[key] else { return 0 }
            originValues[values.count] = key
            return append(value)
        case .events, nil: preconditionFailure("not a map to look things up in")
        }
    }
}

/// What a map of the type `BPF_MAP_TYPE_LPM_TRIE` does, the simple way.
struct LongestPrefixMap {
    private var values: [[UInt8]: [UInt8]] = [:]
    /// The lengths that occur, the longest first.
    private var lengths: [UInt32] = []

    mutating func insert(_ key: [UInt8], _ value: [UInt8]) {
        let length = Self.length(key)
        if !lengths.contains(length) { lengths = (lengths + [length]).sorted(by: >) }
        values[Self.truncated(key, to: length)] = value
    }

    func value(for key: [UInt8]) -> [UInt8]? {
        precondition(Self.length(key) == UInt32(PolicyKey.size - 4) * 8)
        for length in lengths {
            if let value = values[Self.truncated(key, to: length)] { return value }
        }
        return nil
    }

    private static func length(_ key: [UInt8]) -> UInt32 {
        UInt32(key[0]) | UInt32(key[1]) << 8 | UInt32(key[2]) << 16 | UInt32(key[3]) << 24
    }

    private static func truncated(_ key: [UInt8], to length: UInt32) -> [UInt8] {
        let (whole, rest) = (Int(length / 8), length % 8)
        var bytes = [UInt8](key[4..<4 + whole])
        if rest > 0 { bytes.append(key[4 + whole] & ~(0xFF >> rest)) }
        return bytes + [UInt8(truncatingIfNeeded: length)]
    }
}
