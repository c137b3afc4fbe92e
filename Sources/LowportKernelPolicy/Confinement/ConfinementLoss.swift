// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

/// Rules that are gone in a way in which nobody removes them on purpose, although they confined a user or group: an
/// empty file, the first part of a file, a directory that is missing.
///
/// A file that is removed, and a shorter file whose last line is complete, cannot be told from an edit.
struct ConfinementLoss {
    /// The record from when the rules last had no errors.
    let last: ConfinementStore.Found
    /// The principals that are confined now.
    let confined: Set<ConfinedPrincipal>

    init(since last: ConfinementStore.Found, lines: [ConfinementRecord.Line]) {
        self.last = last
        confined = Set(lines.map(\.principal))
    }

    private static let directory: ByteString = "/etc/lowport"

    /// Returns the directories of the rules that are missing. `/etc/lowport` counts as missing if it contains neither
    /// rules nor the directory for them, such as a mount point without its file system.
    static func missingDirectories() -> [ByteString] {
        func isMissing(_ path: ByteString) -> Bool {
            do throws(Errno) {
                _ = try FileStatus(of: path, followLinks: false)
                return false
            } catch { return error == .noSuchFile }
        }
        guard isMissing(RuleStore.extraPath) else { return [] }
        return [isMissing(RuleStore.mainPath) ? directory : RuleStore.extraPath]
    }

    /// Returns the errors in `files`.
    /// - Parameter draft: the file whose content is not yet installed; an empty one is intended.
    func errors(in files: [RulesFile], draft: ByteString?) -> [PolicyError] {
        var errors: [PolicyError] = []
        for file in files {
            if file.content.isEmpty {
                if file.path != draft && confinedSomebody(file.path) { errors.append(.emptied(path: file.path)) }
            } else if file.content.last != UInt8(ascii: "\n"), file.isValid, frees({ $0 == file.path }) {
                errors.append(.cut(path: file.path))
            }
        }
        return errors
    }

    /// Returns the errors for the directories in `missing`.
    func errors(ofMissing missing: [ByteString]) -> [PolicyError] {
        missing.filter { path in frees { $0.hasPrefix(path + "/") } }.map { .missing(path: $0) }
    }

    /// Whether the file at `path` confined a user or group, as far as is known.
    private func confinedSomebody(_ path: ByteString) -> Bool {
        switch last {
        case .usable(let record): record.lines.contains { $0.file == path }
        case .absent: false
        case .unusable: true
        }
    }

    /// Whether files with such a path confined a user or group whom no line confines now, as far as is known.
    private func frees(_ isMeant: (ByteString) -> Bool) -> Bool {
        switch last {
        case .usable(let record): record.lines.contains { isMeant($0.file) && !confined.contains($0.principal) }
        case .absent: false
        case .unusable: true
        }
    }
}

extension ConfinementStore.Found {
    /// The same; but if there is no record although the kernel confines users or groups, they are unknown by name.
    var besideTheKernel: ConfinementStore.Found {
        guard case .absent = self, let engine = try? EngineSet.open(), let confinement = try? engine.confinement(),
            !confinement.isEmpty
        else { return self }
        return .unusable("\(ConfinementStore.system.path): \(Errno.noSuchFile.sentence)")
    }
}
