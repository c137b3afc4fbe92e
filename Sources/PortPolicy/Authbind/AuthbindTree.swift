// SPDX-License-Identifier: Apache-2.0
public import Linux

/// What a decision asks of the files below /etc/authbind. All paths start from there.
public protocol AuthbindTree: ~Copyable {
    /// Why the real user may not execute `path`, as access(2) says; nil if they may.
    func refusal(toExecute path: ByteString) -> Errno?

    /// The content of the file at `path`, whoever may read it.
    func content(of path: ByteString) throws(Errno) -> [UInt8]
}

extension AuthbindTree where Self: ~Copyable {
    /// Asks the tree about `request`, in the order of authbind(1): `byport`, `byaddr` in its spellings, `byuid`.
    ///
    /// A path that may be executed allows. One that does not exist passes the request on to the next; any other error is
    /// the answer. If nothing allows, the answer is EPERM without a byuid file and ENOENT with one.
    /// - Parameters:
    ///   - request: who wants to bind what.
    ///   - root: where the tree is, for the location of what allows.
    public func answer(to request: BindRequest, at root: ByteString = "/etc/authbind") -> PolicyAnswer {
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
