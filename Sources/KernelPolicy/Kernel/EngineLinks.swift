// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// The two attachments of the engine: binds of IPv4 sockets and of IPv6 sockets, at one control group.
struct EngineLinks: ~Copyable {
    private let bind4: BpfLink
    private let bind6: BpfLink
    /// The inode number of the control group's folder.
    let cgroup: UInt64

    /// Opens the pinned ones, and makes sure that they are ours and still attached.
    static func pinned() throws(EnforcementError) -> EngineLinks {
        let bind4 = try Self.open("bind4")
        let bind6 = try Self.open("bind6")
        let groups = [
            try Self.check(bind4, .bind4, "bind4"),
            try Self.check(bind6, .bind6, "bind6"),
        ]
        if groups.contains(0) { throw .stale }
        guard groups[0] == groups[1] else { throw .foreign(path: KernelEngine.folder) }
        return EngineLinks(bind4: bind4, bind6: bind6, cgroup: groups[0])
    }

    /// Attaches `policy` to the folder `group`.
    static func attached(
        _ policy: borrowing LoadedPolicy,
        to group: borrowing FileDescriptor,
        path: ByteString?
    ) throws(EnforcementError) -> EngineLinks {
        do throws(Errno) {
            let bind4 = try BpfLink(policy.bind4, to: group, .bind4)
            let bind6 = try BpfLink(policy.bind6, to: group, .bind6)
            return EngineLinks(bind4: bind4, bind6: bind6, cgroup: try group.status().inode)
        } catch {
            if error == .badFileDescriptor, let path { throw .notControlGroup(path) }
            throw .lacking("it does not attach programs to control groups", error)
        }
    }

    /// Puts `policy` in force in both families, or in none.
    func replace(with policy: borrowing LoadedPolicy) throws(EnforcementError) {
        do throws(Errno) {
            // The way back. Finding a program by its number takes CAP_SYS_ADMIN; without, there is none.
            let old = try? BpfProgram.loaded(bind4.status().program)
            try bind4.replace(with: policy.bind4)
            do throws(Errno) { try bind6.replace(with: policy.bind6) } catch {
                if case .some(let old) = consume old { try bind4.replace(with: old) }
                throw error
            }
        } catch { throw .failed("replace the policy", error) }
    }

    /// Pins both below `folder`.
    func pin(in folder: ByteString) throws(EnforcementError) {
        do throws(Errno) {
            try BpfPins.pin(bind4.descriptor, at: folder + "/bind4")
            try BpfPins.pin(bind6.descriptor, at: folder + "/bind6")
        } catch { throw .failed("pin the programs below \(folder)", error) }
    }

    private static func open(_ name: ByteString) throws(EnforcementError) -> BpfLink {
        let path = KernelEngine.folder + "/" + name
        do throws(Errno) { return BpfLink(try BpfPins.open(path)) } catch {
            switch error {
            case .noSuchFile: throw .notEnabled
            case .permissionDenied, .notPermitted: throw .notPermitted(error)
            default: throw .foreign(path: path)
            }
        }
    }

    /// The control group of `link`, which must be a link of our program with this attachment.
    private static func check(
        _ link: borrowing BpfLink,
        _ attachment: BpfAttachment,
        _ name: ByteString
    ) throws(EnforcementError) -> UInt64 {
        do throws(Errno) {
            let status = try link.status()
            guard status.isOfControlGroup else { throw .invalidArgument }
            if status.cgroup == 0 { return 0 }
            guard status.attachment == attachment, try isOurs(status.program, attachment) else {
                throw .invalidArgument
            }
            return status.cgroup
        } catch { throw .foreign(path: KernelEngine.folder + "/" + name) }
    }

    /// Whether the program has the name of ours. Who lacks `CAP_SYS_ADMIN`, as the service does, is not told; to them what
    /// root alone can have pinned is ours.
    private static func isOurs(_ program: UInt32, _ attachment: BpfAttachment) throws(Errno) -> Bool {
        do throws(Errno) {
            return try BpfProgram.loaded(program).name() == LoadedPolicy.names[attachment]
        } catch {
            if error == .notPermitted { return true }
            throw error
        }
    }
}
