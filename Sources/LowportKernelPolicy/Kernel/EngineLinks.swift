// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The two attachments of the engine at the root of the control groups: for binds of IPv4 sockets and of IPv6 sockets.
struct EngineLinks: ~Copyable {
    private let bind4: BpfLink
    private let bind6: BpfLink

    static let names: [ByteString] = ["bind4", "bind6"]

    /// Opens the pinned links.
    static func pinned(in directory: borrowing PinDirectory) throws(EnforcementError) -> EngineLinks {
        EngineLinks(bind4: BpfLink(try directory.open("bind4")), bind6: BpfLink(try directory.open("bind6")))
    }

    /// Attaches `policy` to the control group with the directory `group`.
    static func attached(
        _ policy: borrowing LoadedPolicy,
        to group: borrowing FileDescriptor
    ) throws(EnforcementError) -> EngineLinks {
        do throws(Errno) {
            let bind4 = try BpfLink(policy.bind4, to: group, .bind4)
            let bind6 = try BpfLink(policy.bind6, to: group, .bind6)
            return EngineLinks(bind4: bind4, bind6: bind6)
        } catch { throw .lacking("it does not attach programs to control groups", error) }
    }

    /// Returns the kernel's status of both links.
    func statuses() throws(EnforcementError) -> [BpfLink.Status] {
        do throws(Errno) { return [try bind4.status(), try bind6.status()] } catch {
            throw .foreign(path: KernelEngine.directory)
        }
    }

    /// Checks that both links have the kernel IDs `wanted` and are attached to the same control group, each for its own
    /// family. Returns their statuses.
    func check(_ wanted: [UInt32]) throws(EnforcementError) -> [BpfLink.Status] {
        let statuses = try statuses()
        for (index, status) in statuses.enumerated() {
            guard status.isOfControlGroup, status.identifier == wanted[index] else {
                throw .foreign(path: "\(KernelEngine.directory)/\(Self.names[index])")
            }
            if status.cgroup == 0 {
                throw .obstacle(
                    path: "\(KernelEngine.directory)/\(Self.names[index])",
                    reason: "is attached to nothing"
                )
            }
        }
        guard statuses[0].attachment == .bind4, statuses[1].attachment == .bind6,
            statuses[0].cgroup == statuses[1].cgroup
        else { throw .foreign(path: KernelEngine.directory) }
        return statuses
    }

    /// The result of replacing the programs.
    enum Replacing: Sendable {
        case done
        /// Nothing has changed.
        case undone(Errno)
        /// IPv4 has the new policy and IPv6 the old one.
        case half(Errno)
    }

    /// Puts `policy` in force for both families, or as far as possible for neither.
    func replace(with policy: borrowing LoadedPolicy) -> Replacing {
        // Needed to undo the change. Finding a program by its ID takes CAP_SYS_ADMIN; without it, the change cannot be
        // undone.
        let old = try? BpfProgram.loaded(bind4.status().program)
        do throws(Errno) { try bind4.replace(with: policy.bind4) } catch { return .undone(error) }
        do throws(Errno) { try bind6.replace(with: policy.bind6) } catch {
            guard case .some(let old) = consume old, (try? bind4.replace(with: old)) != nil else { return .half(error) }
            return .undone(error)
        }
        return .done
    }

    /// Detaches both links, even if other processes hold them.
    func detach() throws(EnforcementError) {
        try Self.detach(bind4)
        try Self.detach(bind6)
    }

    /// Detaches `link`. Before Linux 5.9, a link cannot be detached: it ends with its last pin.
    static func detach(_ link: borrowing BpfLink) throws(EnforcementError) {
        do throws(Errno) { try link.detach() } catch {
            // ENOLINK and the like: the link is already detached, because its control group is gone.
            let isDetached = (try? link.status().cgroup) == 0
            if !isDetached && error != .invalidArgument { throw .failed("detach the programs", error) }
        }
    }

    /// Pins both links.
    func pin(in directory: borrowing PinDirectory) throws(EnforcementError) {
        try directory.pin(bind4.descriptor, as: "bind4")
        try directory.pin(bind6.descriptor, as: "bind6")
    }
}
