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
    /// Whether the rules in the file would allow the request; nil if this cannot be determined.
    var wouldAllow: Bool?
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
        case .owner: repair = ShellCommand(["sudo", "chown", "root", path])
        case .writable: repair = ShellCommand(["sudo", "chmod", "go-w", path])
        case .failure(.permissionDenied): repair = ShellCommand(["sudo", "chmod", "a+rX", path])
        // sed(1) writes a file of its own in the place of the link.
        case .failure(.symbolicLinkLoop): repair = ShellCommand(["sudo", "sed", "-i", "", path])
        case .failure, .kind, .size: repair = nil
        }
        // The file is read only for this question; its writers have no influence on any decision.
        let content = try? FileDescriptor.open(refusal.path, [.readOnly, .noFollow, .nonBlocking])
            .readToEnd(limit: RulesFile.maximumSize)
        wouldAllow = content.map { RuleSet([RulesFile(path: refusal.path, content: $0)]).allow(request, now) }
        switch refusal.reason {
        case .owner, .writable, .failure(.symbolicLinkLoop): isOpenToOthers = true
        case .failure, .kind, .size: isOpenToOthers = false
        }
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
