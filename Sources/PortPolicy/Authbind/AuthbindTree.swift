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
    public func answer(to request: BindRequest) -> AuthbindAnswer {
        var steps: [AuthbindAnswer.Step] = []
        for path in AuthbindNames.executables(for: request) {
            let refusal = refusal(toExecute: path)
            steps.append(AuthbindAnswer.Step(path: path, refusal: refusal))
            if refusal != .noSuchFile { return AuthbindAnswer(steps: steps, refusal: refusal) }
        }
        let path = AuthbindNames.byuid(for: request)
        do throws(Errno) {
            let line = ByuidFile.line(allowing: request, in: try content(of: path))
            let refusal: Errno? = line == nil ? .noSuchFile : nil
            steps.append(AuthbindAnswer.Step(path: path, refusal: refusal, line: line))
            return AuthbindAnswer(steps: steps, refusal: refusal)
        } catch {
            steps.append(AuthbindAnswer.Step(path: path, refusal: error))
            return AuthbindAnswer(steps: steps, refusal: error == .noSuchFile ? .notPermitted : error)
        }
    }
}
