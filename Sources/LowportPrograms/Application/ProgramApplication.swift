// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
package import LowportLinux

/// The result of giving a kept program its capabilities.
package enum ProgramApplication: Hashable, Sendable {
    /// The file has them already.
    case kept
    /// The file has got them, or would get them.
    case given
    /// There is no file.
    case absent
    /// The file must not get any, as the end of a sentence that begins with the path.
    case refused(ByteString)
    /// A system call failed.
    case failed(Errno)
}

extension KeptProgram {
    /// How often a file is looked up again that is replaced at that moment.
    private static let attempts = 5

    /// Gives the file at the path the capabilities that it lacks.
    ///
    /// Each attempt is about one file, from the descriptor that it was opened with: an upgrade that replaces the file in
    /// between makes the next attempt necessary, and no file gets capabilities that was not examined.
    /// - Parameters:
    ///   - isDryRun: whether everything is examined and nothing changed.
    ///   - objection: asked about each file that is about to get capabilities; a reason, as the end of a sentence that
    ///     begins with the path, refuses it.
    package func apply(
        isDryRun: Bool = false,
        objection: (FileStatus) -> ByteString? = { _ in nil }
    ) -> ProgramApplication {
        for _ in 0..<Self.attempts {
            do throws(ProgramCandidate.Absence) {
                let candidate = try ProgramCandidate(path)
                do throws(Errno) { return try give(to: candidate, isDryRun: isDryRun, objection) } catch {
                    if error != .staleFile { return .failed(error) }
                }
            } catch {
                switch error {
                case .noFile: return .absent
                case .unfit(let reason): return .refused(reason)
                }
            }
        }
        return .refused("is replaced again and again")
    }

    /// Why the file at the path is not the one that is meant, as the end of a sentence that begins with it; nil if it is.
    package var doubt: ByteString? {
        do throws(ProgramCandidate.Absence) {
            let candidate = try ProgramCandidate(path)
            do throws(Errno) { return try candidate.mismatch(with: self) } catch {
                return "cannot be read: \(error.sentence)"
            }
        } catch {
            switch error {
            case .noFile: return "is not there"
            case .unfit(let reason): return reason
            }
        }
    }

    private func give(
        to candidate: borrowing ProgramCandidate,
        isDryRun: Bool,
        _ objection: (FileStatus) -> ByteString?
    ) throws(Errno) -> ProgramApplication {
        let found = candidate.capabilities
        if isSatisfied(by: found) { return .kept }
        // Written anew, the capabilities of another user namespace would be in force in this one.
        if let found, found.rootUser != .root {
            return .refused("has capabilities for the user namespace of root user \(found.rootUser)")
        }
        if let mismatch = try candidate.mismatch(with: self) { return .refused(mismatch) }
        if let reason = objection(candidate.status) { return .refused(reason) }
        if isDryRun { return .given }
        if let doubt = try candidate.doubtOfWriters() { return .refused(doubt) }
        try candidate.give(completing(found))
        return .given
    }
}
