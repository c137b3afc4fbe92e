// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportKernelPolicy

/// The programs that follow by which file a process has the capability.
@Suite struct OriginProgramTests {
    private static let server = ProgramInode(device: 7, number: 70)
    private static let other = ProgramInode(device: 8, number: 4242)

    private func run(_ moment: OriginMoment, _ origins: [UInt64: ProgramInode], _ change: (inout Interpreter) -> Void)
        -> [UInt64: ProgramInode?]
    {
        let program = OriginProgram.program(for: moment, Interpreter.origins, Interpreter.program)
        var run = Interpreter(atTracepoint: program, process: Interpreter.Process(user: 1, group: 1))
        run.process.program = Self.server
        for (process, origin) in origins { run.origins[process] = origin.key }
        change(&run)
        #expect(run.run() == 0)
        return run.origins.mapValues { value in
            [Self.server, Self.other].first { $0.key == value }
        }
    }

    @Test func `a program that has the capability by its file is noted`() {
        #expect(run(.exec, [:]) { $0.process.hasCapability = true } == [0: nil, 4711: Self.server])
        #expect(run(.exec, [4711: Self.other]) { $0.process.hasCapability = true } == [0: nil, 4711: Self.server])
        #expect(run(.exec, [:]) { _ in } == [0: nil])
        #expect(run(.exec, [4711: Self.other]) { _ in } == [0: nil])
    }

    @Test func `what a program hands on to the next keeps its origin, and root has none`() {
        let handedOn = run(.exec, [4711: Self.other]) {
            ($0.process.hasCapability, $0.process.hasAmbient) = (true, true)
        }
        #expect(handedOn == [0: nil, 4711: Self.other])
        #expect(run(.exec, [:]) { ($0.process.hasCapability, $0.process.hasAmbient) = (true, true) } == [0: nil])
        for depth in [0, 2] as [UInt64] {
            let root = run(.exec, [4711: Self.other]) {
                ($0.process.hasCapability, $0.process.user, $0.process.ownDepth) = (true, depth == 0 ? 0 : 1, depth)
            }
            #expect(root == [0: nil])
        }
    }

    @Test func `a child has the origin of its parent, and never that of an earlier process`() {
        #expect(run(.fork, [4711: Self.server]) { _ in } == [0: nil, 4711: Self.server, 4800: Self.server])
        #expect(run(.fork, [4800: Self.server]) { _ in } == [0: nil])
    }

    @Test func `the last thread takes the origin with it`() {
        #expect(run(.exit, [4711: Self.server]) { $0.process.threads = 0 } == [0: nil])
        #expect(run(.exit, [4711: Self.server]) { $0.process.threads = 1 } == [0: nil, 4711: Self.server])
    }

    @Test(arguments: [OriginMoment.exec, .fork]) func `without room, it is noted that one is missing`(
        moment: OriginMoment
    ) {
        let program = OriginProgram.program(for: moment, Interpreter.origins, Interpreter.program)
        var run = Interpreter(atTracepoint: program, process: Interpreter.Process(user: 1, group: 1))
        (run.process.program, run.process.hasCapability) = (Self.server, true)
        if moment == .fork { run.origins[4711] = Self.server.key }
        run.roomForOrigins = run.origins.count
        #expect(run.run() == 0)
        #expect(run.origins[0]?.first == 1)
    }
}
