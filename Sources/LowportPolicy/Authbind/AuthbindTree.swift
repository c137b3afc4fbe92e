// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The queries of a decision about the files below /etc/authbind. All paths are relative to that directory.
package protocol AuthbindTree: ~Copyable {
    /// Why access(2) denies the real user execute permission on `path`; nil if it does not.
    func refusal(toExecute path: ByteString) -> Errno?

    /// The content of the file at `path`, even if only root may read the file.
    func content(of path: ByteString) throws(Errno) -> [UInt8]
}

extension AuthbindTree where Self: ~Copyable {
    /// Consults the tree about `request`, in the order of authbind(1): `byport`, `byaddr` in its spellings, `byuid`.
    ///
    /// A path that the real user may execute allows the request. A path that does not exist passes the request on to
    /// the next path; any other error is the answer. If nothing allows, the answer is EPERM without a byuid file and
    /// ENOENT with one.
    /// - Parameters:
    ///   - request: the requester, and the address and port to bind.
    ///   - root: the directory of the tree, for the location of the file that allows.
    package func answer(to request: BindRequest, at root: ByteString = "/etc/authbind") -> PolicyAnswer {
        var steps: [PolicyAnswer.Step] = []
        for path in AuthbindNames.executables(for: request) {
            let refusal = refusal(toExecute: path)
            steps.append(PolicyAnswer.Step(path: path, refusal: refusal))
            if refusal != .noSuchFile { return .ofTree(at: root, steps, refusal: refusal) }
        }
        let path = AuthbindNames.byuid(for: request)
        var (line, said, refusal): (Int?, Errno?, Errno?) = (nil, nil, nil)
        do throws(Errno) {
            line = ByuidFile.line(allowing: request, in: try content(of: path))
            said = line == nil ? .noSuchFile : nil
            refusal = said
        } catch {
            said = error
            refusal = error == .noSuchFile ? .notPermitted : error
        }
        steps.append(PolicyAnswer.Step(path: path, .read, refusal: said, line: line))
        return .ofTree(at: root, steps, refusal: refusal)
    }
}
