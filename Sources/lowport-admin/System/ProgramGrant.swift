// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportCapabilities
internal import LowportDiagnosis
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyEditing
internal import LowportPolicyInventory

/// The permission of a program to bind every port: the capability `cap_net_bind_service` of its file.
///
/// The path is resolved once, so that the file that is examined is the file that is changed.
struct ProgramGrant: ~Copyable {
    /// The absolute path of the program, without symbolic links.
    let path: ByteString
    /// The given path and the resolved path; nil if there is no symbolic link between them.
    let resolution: ByteString?
    private let weakness: PathWeakness?
    private let target: CapabilityTarget
    private let before: FileCapabilities?

    /// Examines the program at `name`; a symbolic link on the way is followed only with `followLinks`.
    init(_ name: ByteString, followLinks: Bool) throws {
        let resolved = try Self.resolve(name, followLinks: followLinks)
        let path = resolved.path
        let resolution: ByteString? = resolved.links.isEmpty ? nil : "\(name) -> \(path)"
        let weakness = resolved.weakFile() ?? resolved.weakDirectory()
        let target = try Self.target(resolved, name)
        let before = try Self.looking(at: name) { () throws(Errno) in try target.read() }
        self.path = path
        self.resolution = resolution
        self.weakness = weakness
        self.before = before
        self.target = target
    }

    private static func target(_ resolved: consuming ResolvedPath, _ name: ByteString) throws -> CapabilityTarget {
        do throws(Errno) { return try CapabilityTarget(resolved) } catch { throw refusal(of: name, error) }
    }

    private static func refusal(of name: ByteString, _ error: Errno) -> ExitCode {
        let reason = error == .invalidArgument ? "not a regular file" : error.sentence
        // What is changed is never looked up along PATH, which is not root's alone.
        let isName = error == .noSuchFile && !name.bytes.contains(UInt8(ascii: "/"))
        let found = isName ? Target(program: name)?.path : nil
        let hint: Message? = found.map { "did you mean \($0)?" } ?? (isName ? "give the path of the program" : nil)
        return failure("cannot look at \(name): \(reason)", hint: hint, status: Status.system)
    }

    private static func resolve(_ name: ByteString, followLinks: Bool) throws -> ResolvedPath {
        do throws(PathError) { return try ResolvedPath(name, followLinks: followLinks) } catch {
            guard let target = error.target else { throw refusal(of: name, error.error) }
            let end = (try? ResolvedPath(name, followLinks: true))?.path
            throw failure(
                "cannot take \(name): \(error.path) is a symbolic link to \(target)",
                hint: end.map { "name \($0) if that is meant, or add --follow" },
                status: Status.notPermitted
            )
        }
    }

    /// Throws if a user other than root may change or replace the program: that user would have the capability.
    func refuseIfOthersMayChange() throws {
        guard let weakness else { return }
        throw failure(
            "cannot trust \(path): \(weakness)",
            hint: "a program that gets a capability has to be root's, and so have all directories above it",
            status: Status.notPermitted
        )
    }

    private static func looking<Value: ~Copyable>(
        at path: ByteString,
        _ body: () throws(Errno) -> Value
    ) throws -> Value {
        do throws(Errno) { return try body() } catch { throw refusal(of: path, error) }
    }

    /// What identifies the file.
    var identity: FileIdentity {
        get throws { try Self.looking(at: path) { () throws(Errno) in try target.status().identity } }
    }

    /// The path, for a rule; throws if no rule can name it, or if it is not the program that executes.
    func pathForRule() throws -> ByteString {
        let line: ByteString = "allow program \(path) tcp 1\n"
        let word = RulesFile(path: "", content: line.bytes)
        guard word.rules.first?.rule.principal == .program(path, of: .everyone) else {
            throw failure("no rule can name \(path): blanks, # and what is not seen end a word", status: Status.usage)
        }
        if let fault = NamedProgram.fault(ofProgramAt: path) {
            throw failure(
                "a rule for \(path) would have no effect: it \(fault)",
                hint: fault.hasPrefix("is a script")
                    ? "name the program that runs it, which then may do so for every script" : nil,
                status: Status.usage
            )
        }
        return path
    }

    /// Gives the file the capability; returns false if the file already has it.
    func give(isDryRun: Bool) throws -> Bool {
        var state = before?.state ?? CapabilityState()
        // Written anew, the capabilities of another user namespace would be in force in this one.
        if let before, before.rootUser != .root {
            throw failure(
                "cannot change \(path): its capabilities are for the user namespace of root user \(before.rootUser)",
                hint: "sudo setcap -r \(ShellCommand.operand(path)) removes them",
                status: Status.notPermitted
            )
        }
        if state.permitted.contains(.netBindService), state.effective.contains(.netBindService) { return false }
        state.raise([.netBindService], in: [.effective, .permitted])
        // A file has a single effective flag: capabilities that were only permitted become effective as well.
        state.effective = state.permitted.union(state.inheritable)
        try write(state, isDryRun: isDryRun)
        return true
    }

    /// Removes the capability and keeps the others; returns false if the file does not have it.
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
            guard let capabilities = FileCapabilities(state, rootUser: before?.rootUser ?? .root) else {
                throw .invalidArgument
            }
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

    /// The capability as a line of what a command changes.
    var line: ByteString { "cap_net_bind_service=ep \(path)" }

    /// Records that the program was given the capability, or that it was taken; throws if `lowport check` will not know
    /// of it.
    /// - Parameter isChange: whether the file is different now, which the system log then has.
    func record(isGiven: Bool, isChange: Bool = true) throws {
        if isChange { ChangeLog.write(isGiven ? RulesChange(added: [line]) : RulesChange(removed: [line])) }
        do throws(StateFile.StateError) {
            if isGiven { try GrantedPrograms.system.insert(path) } else { try GrantedPrograms.system.remove(path) }
        } catch {
            throw failure("cannot note the program for lowport check: \(error.text)", status: Status.system)
        }
    }

    /// What surprises a user who gives the capability to the file without confining it.
    func warnings(isKept: Bool) -> [ByteString] {
        ["warning: every user who runs \(path) may bind every port with it, on every address"]
            + (isKept ? [] : ["warning: an upgrade that replaces the file takes the capability away"]) + startWarnings
    }

    /// What keeps the program from its capability.
    var startWarnings: [ByteString] {
        CapabilityStart.obstacles(to: path, permitted: (before?.permitted ?? []).union([.netBindService]))
            .map { "warning: \($0)" }
    }
}
