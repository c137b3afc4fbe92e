// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy

/// The complete helper, linked with the C library of the machine, which supports all name sources (nsswitch.conf(5)).
///
/// The helper that is started for every bind is statically linked, which halves its start time, and handles only that
/// one bind. It looks up names in /etc/passwd and /etc/group itself and loads no modules of others. It hands everything
/// else over to the complete helper.
struct NSSHelper {
    /// The arguments that this program was started with, and that the complete helper is started with.
    let arguments: [ByteString]

    /// Executes the complete helper; returns if there is none beside this program.
    ///
    /// Where /proc does not tell the path of this program, as below chroot(2), it is looked for where packages and
    /// `make install` put it: whoever starts this program decides what the environment and `AT_EXECFN` say.
    func takeOver() {
        if let own = CurrentProcess.executablePath {
            try? execute(fileAt: own + "-nss", arguments: arguments)
            return
        }
        for path in StandardPlaces.paths(of: "lowport-helper-nss") { try? execute(fileAt: path, arguments: arguments) }
    }
}
