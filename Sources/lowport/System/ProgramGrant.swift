// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Linux

/// Whether a program may bind every port: the capability `cap_net_bind_service` of its file.
struct ProgramGrant: ~Copyable {
    private let path: ByteString
    private let target: CapabilityTarget
    private let before: FileCapabilities?

    /// Looks at the program at `path`, which may be a symbolic link to it.
    init(_ path: ByteString) throws {
        let target = try Self.looking(at: path) { () throws(Errno) in
            try CapabilityTarget(path: path, followLinks: true)
        }
        before = try Self.looking(at: path) { () throws(Errno) in try target.read() }
        self.target = target
        self.path = path
    }

    private static func looking<Value: ~Copyable>(
        at path: ByteString,
        _ body: () throws(Errno) -> Value
    ) throws -> Value {
        do throws(Errno) { return try body() } catch {
            let reason = error == .invalidArgument ? "not a regular file" : error.sentence
            throw failure("cannot look at \(path): \(reason)", status: Status.usage)
        }
    }

    /// Gives the capability; says false if the file has it.
    func give(isDryRun: Bool) throws -> Bool {
        var state = before?.state ?? CapabilityState()
        // Those that are for another user namespace have no effect in ours, and are written anew.
        let isOurs = before.map { $0.rootUser == .root } ?? true
        if isOurs, state.permitted.contains(.netBindService), state.effective.contains(.netBindService) { return false }
        state.raise([.netBindService], in: [.effective, .permitted])
        // The effective flag of a file is one for all: what was only permitted becomes effective, too.
        state.effective = state.permitted.union(state.inheritable)
        try write(state, isDryRun: isDryRun)
        return true
    }

    /// Takes the capability away and leaves the others; says false if the file does not have it.
    func take(isDryRun: Bool) throws -> Bool {
        guard var state = before?.state, state.flags(of: .netBindService) != [] else { return false }
        state.lower([.netBindService], in: .all)
        try write(state, isDryRun: isDryRun)
        return true
    }

    private func write(_ state: CapabilityState, isDryRun: Bool) throws {
        if isDryRun { return }
        do throws(Errno) {
            if state == CapabilityState() { return try target.remove() }
            guard let capabilities = FileCapabilities(state) else { throw .invalidArgument }
            try target.write(capabilities)
        } catch {
            let isDenied = error == .notPermitted || error == .permissionDenied
            throw failure(
                "cannot change the capabilities of \(path): \(error.sentence)",
                hint: isDenied ? "run it as root, with sudo" : nil,
                status: isDenied ? Status.notPermitted : Status.system
            )
        }
    }

    /// What somebody should know who gives the capability to the file.
    static func warnings(about path: ByteString) -> [ByteString] {
        var warnings: [ByteString] = [
            "warning: whoever runs \(path) may bind every port with it, on every address",
            "warning: an upgrade that replaces the file takes the capability away",
        ]
        let diagnosis = try? CapabilityDiagnosis(
            ofFile: path,
            followLinks: true,
            bounding: .bounding,
            kernel: .running
        )
        for concern in diagnosis?.concerns ?? [] { warnings.append("warning: \(path): \(concern)") }
        return warnings
    }
}
