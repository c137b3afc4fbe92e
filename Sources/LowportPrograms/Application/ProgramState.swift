// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
package import LowportLinux

/// Whether a kept program has its capabilities.
package enum ProgramState: Hashable, Sendable {
    /// The file has them.
    case kept
    /// The file lacks some of them since this time, in seconds since 1970-01-01T00:00:00Z: it has not changed since.
    case lacking(since: Int64)
    /// There is no file.
    case absent
    /// The file cannot get any, as the end of a sentence that begins with the path.
    case unfit(ByteString)
}

extension KeptProgram {
    /// Whether the program has its capabilities now. Whether it would get them, only `apply` finds out, which reads the
    /// file.
    package var state: ProgramState {
        do throws(ProgramCandidate.Absence) {
            let candidate = try ProgramCandidate(path)
            if isSatisfied(by: candidate.capabilities) { return .kept }
            return .lacking(since: candidate.status.changed / 1_000_000_000)
        } catch {
            switch error {
            case .noFile: return .absent
            case .unfit(let reason): return .unfit(reason)
            }
        }
    }

    /// Whether a file with `found` has what the program keeps; what it has besides does not matter.
    func isSatisfied(by found: FileCapabilities?) -> Bool {
        guard let found, found.rootUser == .root else { return false }
        return capabilities.permitted.isSubset(of: found.permitted)
            && capabilities.inheritable.isSubset(of: found.inheritable)
            && (capabilities.effective.isEmpty || found.isEffective)
    }

    /// The capabilities of a file with `found` that gets what the program keeps: the file loses nothing.
    func completing(_ found: FileCapabilities?) -> FileCapabilities {
        let found = found ?? FileCapabilities()
        return FileCapabilities(
            permitted: found.permitted.union(capabilities.permitted),
            inheritable: found.inheritable.union(capabilities.inheritable),
            isEffective: found.isEffective || !capabilities.effective.isEmpty
        )
    }
}
