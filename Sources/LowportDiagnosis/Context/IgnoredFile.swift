// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// A rules file, or a directory of rules files, that is ignored.
struct IgnoredFile: Hashable, Sendable {
    /// The path of the file or directory.
    var path: ByteString = ""
    /// Why the file is ignored, beginning with its path.
    var reason: ByteString
    /// The command that would make the file count; nil if there is none.
    var repair: ShellCommand?
    /// What else would make it count, or let a grant take its place; nil if that is not known.
    var advice: ByteString?
    /// Whether the rules in the file would allow the request; nil if this cannot be determined.
    var wouldAllow: Bool?
    /// Whether it belongs to a user outside of this user namespace, such as the root of the machine, so that nothing
    /// makes it count here.
    var isOutside = false
    /// Whether a user other than root could write the rules.
    var isOpenToOthers = false
    /// Whether lines of the file have errors, of which the reason names the first.
    var hasErrors = false
}

extension IgnoredFile {
    /// Describes a file that was refused as a whole.
    init(_ refusal: RuleStore.ReadError, _ request: BindRequest, _ now: Timestamp) {
        self.path = refusal.path
        let path = ShellCommand.operand(refusal.path)
        reason = refusal.byteString
        switch refusal.reason {
        case .owner(let owner) where Namespaces.hides(owner) || Namespaces.outerUser(of: owner) == .root:
            isOutside = true
            reason = "\(refusal.path): its owner is not the root of this user namespace, where no rule counts"
        case .owner: repair = ShellCommand(["sudo", "chown", "root", path])
        case .writable: repair = ShellCommand(["sudo", "chmod", "go-w", path])
        case .failure(.permissionDenied):
            let obstacle = AccessObstacle(.read, to: refusal.path, request)
            let user: ByteString = Accounts.name(of: request.user).map { "user \($0)" } ?? "uid \(request.user)"
            advice = obstacle?.advice(refusal.path, user)
            let place = if case .directory(let directory) = obstacle { ShellCommand.operand(directory) } else { path }
            repair = advice == nil ? ShellCommand(["sudo", "chmod", "a+rX", place]) : nil
        // sed(1) writes a file of its own in the place of the link.
        case .failure(.symbolicLinkLoop) where (try? FileStatus(of: refusal.path)) != nil:
            repair = ShellCommand(["sudo", "sed", "-i", "", path])
        case .failure(.symbolicLinkLoop), .failure(.notDirectory), .kind:
            if isInWayOfGrant { repair = ShellCommand(["sudo", "mv", path, path + ".old"]) }
        case .size: advice = "move rules from \(refusal.path) to several files in \(RuleStore.extraPath)"
        case .failure: break
        }
        // The file is read only for this question; its writers have no influence on any decision.
        var asked = request
        if isOutside, let user = Namespaces.outerUser(of: request.user) { asked.user = user }
        wouldAllow = Self.rules(at: refusal)?.allow(asked, now)
        switch refusal.reason {
        case .owner, .writable, .failure(.symbolicLinkLoop): isOpenToOthers = true
        case .failure, .kind, .size: isOpenToOthers = false
        }
    }

    /// The rules in what was refused; nil if they cannot be read.
    private static func rules(at refusal: RuleStore.ReadError) -> RuleSet? {
        switch refusal.reason {
        case .kind, .size, .failure(.notDirectory): return nil
        case .owner, .writable, .failure: break
        }
        let isMain = refusal.path == RuleStore.mainPath
        let isDirectory = !isMain && RuleStore.mainPath.isAt(refusal.path) || refusal.path == RuleStore.extraPath
        guard isDirectory else {
            return content(of: refusal.path).map { RuleSet([RulesFile(path: refusal.path, content: $0)]) }
        }
        var paths: [ByteString]
        do throws(Errno) {
            paths = try extraPaths()
            if refusal.path != RuleStore.extraPath, try isThere(RuleStore.mainPath) { paths.append(RuleStore.mainPath) }
        } catch { return nil }
        var files: [RulesFile] = []
        for path in paths {
            guard let content = content(of: path) else { return nil }
            files.append(RulesFile(path: path, content: content))
        }
        return RuleSet(files)
    }

    /// The additional files, which may be none.
    private static func extraPaths() throws(Errno) -> [ByteString] {
        guard try isThere(RuleStore.extraPath) else { return [] }
        let names = try FileDescriptor.open(RuleStore.extraPath, [.readOnly, .directory]).names()
        return names.filter(RuleStore.reads).map { "\(RuleStore.extraPath)/\($0)" }
    }

    private static func isThere(_ path: ByteString) throws(Errno) -> Bool {
        do throws(Errno) {
            _ = try FileStatus(of: path, followLinks: false)
            return true
        } catch {
            if error == .noSuchFile { return false }
            throw error
        }
    }

    private static func content(of path: ByteString) -> [UInt8]? {
        try? FileDescriptor.open(path, [.readOnly, .noFollow, .nonBlocking]).readToEnd(limit: RulesFile.maximumSize)
    }

    /// Describes a file with errors.
    init(_ file: RulesFile, _ request: BindRequest, _ now: Timestamp) {
        var sound: [UInt8] = []
        for (rule, _) in file.rules { sound += (rule.byteString + "\n").bytes }
        let error: ByteString = file.errors.first.map { ":\($0.asMessage.original)" } ?? ""
        path = file.path
        reason = "\(file.path)\(error)"
        repair =
            file.path == RuleStore.mainPath
            ? "sudo lowport edit" : ShellCommand(["sudoedit", ShellCommand.operand(file.path)])
        wouldAllow = RuleSet([RulesFile(path: file.path, content: sound)]).allow(request, now)
        hasErrors = true
    }
}

extension IgnoredFile {
    /// Whether it is the file that `lowport grant` writes, or a directory above that file, so that no grant helps before
    /// it is in order.
    var isInWayOfGrant: Bool { RuleStore.mainPath.isAt(path) }

    /// What makes it count; nil if that is not known.
    func remedy(_ step: Remedy.Step, _ effect: ByteString) -> Remedy? {
        repair.map { Remedy(step, $0, effect) } ?? advice.map { Remedy(step, advice: $0) }
    }
}
