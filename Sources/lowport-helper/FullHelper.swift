// SPDX-License-Identifier: Apache-2.0

/// The same program, linked so that it can ask whatever sources of names the machine has (nsswitch.conf(5)).
///
/// The helper that is started for every bind is linked statically, which makes it start in half the time. It reads
/// /etc/passwd and /etc/group itself, and loads nobody's modules. Where names come from elsewhere too, it hands over.
struct FullHelper {
    /// The arguments that this program was started with, and the other is started with.
    let arguments: [ByteString]

    /// Takes over if the machine has users or groups that are not in the files; returns if it has none, or if there is
    /// no such program: then this is it.
    func takeOverIfNeeded() {
        guard Self.namesComeFromElsewhere, let own = CurrentProcess.executablePath else { return }
        let path: ByteString = own + "-nss"
        if (try? checkAccess(.execute, to: path)) != nil { try? execute(path, arguments: arguments) }
    }

    private static var namesComeFromElsewhere: Bool {
        guard let file = try? FileDescriptor.open("/etc/nsswitch.conf", .readOnly),
            let content = try? file.readToEnd(limit: 1 << 16)
        else { return false }
        return NameSources.areOtherThanFiles(in: content)
    }
}

/// The names that the files hold, and if a name is not there, whatever else knows it.
struct HelperNames: NameResolver {
    let full: FullHelper

    func user(named name: ByteString) -> UserID? {
        if let user = Accounts.user(named: name) { return user }
        full.takeOverIfNeeded()
        return nil
    }

    func group(named name: ByteString) -> GroupID? {
        if let group = Accounts.group(named: name) { return group }
        full.takeOverIfNeeded()
        return nil
    }
}
