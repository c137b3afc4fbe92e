// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
internal import LowportLinux

/// The first line of `lowport-run --probe` with `options`, as `user`.
///
/// That user may stop, kill and look into the process. So it has nothing of this one: neither the terminal, to which it
/// could write commands, nor the environment, nor the working directory; and it is not waited for without end.
/// - Returns: the error of starting it as that user; EPERM if this process cannot become that user.
func probe(_ user: UserID, _ options: [ByteString] = []) -> Result<ByteString, Errno> {
    guard let program = Installation.path(of: "lowport-run") else { return .failure(.noSuchFile) }
    var arguments: [ByteString] = ["lowport-run", "--probe"] + options
    if user != CurrentProcess.realUser {
        guard CurrentProcess.effectiveUser == .root else { return .failure(.notPermitted) }
        arguments += ["--user", ByteString(decimal: user.rawValue)]
    }
    do throws(Errno) {
        let answer = try outputInTime(ofProgramAt: program, arguments: arguments, limit: 4096, within: .seconds(30))
        return .success(answer.split(on: UInt8(ascii: "\n")).first ?? "")
    } catch { return .failure(error) }
}
