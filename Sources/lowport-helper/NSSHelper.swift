// SPDX-License-Identifier: Apache-2.0
import Linux
import PortPolicy

/// The whole program, linked with the C library of the machine, which knows all its sources of names (nsswitch.conf(5)).
///
/// The helper that is started for every bind is linked statically, which makes it start in half the time, and does that
/// one bind alone. It looks for names in /etc/passwd and /etc/group itself, and loads nobody's modules. What else there
/// is to do it hands over.
struct NSSHelper {
    /// The arguments that this program was started with, and the other is started with.
    let arguments: [ByteString]

    /// Takes over; returns if there is no such program beside this one.
    func takeOver() {
        guard let own = CurrentProcess.executablePath else { return }
        try? execute(fileAt: own + "-nss", arguments: arguments)
    }
}
