// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A start of the helper that binds nothing, to find out whether it gains its capability.
///
/// It runs beside this process until its outcome is asked for. The helper says nothing: it is started without arguments,
/// which it refuses after it has taken its capabilities.
struct HelperTrial: ~Copyable {
    private let path: ByteString
    private let trial: Trial

    /// What the helper ends with if it is started without arguments.
    private static var refusal: Int32 { Errno.noSystemCall.rawValue }
    /// What a child ends with if execve(2) failed.
    private static var notExecuted: Int32 { 127 }

    /// The exit statuses of the child that starts the helper; for other ends of the helper, 3 and the status.
    private enum Finding {
        static var gains: Int32 { 0 }
        static var gainsNothing: Int32 { 1 }
        static var killed: Int32 { 2 }
    }

    /// Starts the helper at `path`.
    init(of path: ByteString) throws(Errno) {
        self.path = path
        trial = try Trial {
            guard let (end, capabilities) = try? CurrentProcess.endState(ofProgramAt: path),
                case .exited(let status) = end
            else { return Finding.killed }
            if status != Self.refusal { return 3 + min(status, Self.notExecuted) }
            return capabilities.permitted.contains(.netBindService) ? Finding.gains : Finding.gainsNothing
        }
    }

    /// Waits for the helper.
    /// - Returns: why it could not bind low ports; nil if it could.
    consuming func obstacle() -> HelperObstacle? {
        let path = path
        switch try? trial.end() {
        case .exited(Finding.gains):
            let counts = try? Namespaces.capabilitiesCount(inNetworkOf: "self")
            return counts == false ? .foreignNetwork : nil
        case .exited(Finding.gainsNothing): return Self.reasonForNone(path)
        case .exited(3 + Self.notExecuted): return .notStarted(Self.startError(path))
        case .exited where !Namespaces.knows(CurrentProcess.realUser): return .unmappedUser
        case .exited(let status) where status >= 3: return .ends(Errno(rawValue: status - 3))
        default: return .ends(nil)
        }
    }

    private static func startError(_ path: ByteString) -> Errno {
        do throws(Errno) { try checkAccess(.execute, to: path) } catch { return error }
        return .notExecutable
    }

    /// Whether something could keep the helper from its work, so that it has to be tried.
    static func isDoubtful(_ path: ByteString) -> Bool {
        CurrentProcess.hasFilters || (try? checkAccess(.execute, to: path)) == nil || visibleObstacle(path) != nil
    }

    private static func reasonForNone(_ path: ByteString) -> HelperObstacle { visibleObstacle(path) ?? .unexplained }

    /// Why the helper may gain no capability: the first of what the kernel looks at (capabilities(7), execve(2)). Nil if
    /// nothing is in its way.
    fileprivate static func visibleObstacle(_ path: ByteString) -> HelperObstacle? {
        if !CurrentProcess.mayGainPrivileges { return .noNewPrivileges }
        if (try? CapabilityControls.isInBoundingSet(.netBindService)) == false { return .boundingSet }
        if let obstacle = HelperObstacle(ofFileAt: path) { return obstacle }
        if ProcFileSystem.showsTracer { return .traced }
        return Namespaces.isInitial == false ? .userNamespace : nil
    }
}

extension HelperObstacle {
    /// What keeps the file at `path` from giving the helper its capability; nil if nothing does.
    /// - Parameter path: the path of the helper; nil if it is not installed.
    package init?(ofFileAt path: ByteString?) {
        guard let path else {
            self = .missing
            return
        }
        if let file = try? FileDescriptor.open(path, .pathOnly), let system = try? file.fileSystem(),
            system.ignoresPrivileges
        {
            self = .noSetUserID
        } else if !Self.givesCapability(path) {
            self = .noPrivilege
        } else {
            return nil
        }
    }

    /// Whether the file has the set-user-ID bit of root, or `CAP_NET_BIND_SERVICE` permitted in its attribute: the second
    /// word of `struct vfs_ns_cap_data` in little-endian order (`<linux/capability.h>`).
    private static func givesCapability(_ path: ByteString) -> Bool {
        if let status = try? FileStatus(of: path), status.owner == .root, status.mode.rawValue & 0o4000 != 0 {
            return true
        }
        guard let attribute = try? readAttribute(.capability, of: path, followLinks: true, limit: 64),
            attribute.count >= 8
        else { return false }
        let permitted = UInt64(littleEndianBytes: attribute[4..<8])
        return CapabilitySet(rawValue: permitted).contains(.netBindService)
    }

    /// Finds out, without starting the helper at `path`, why it could not bind low ports for this process; nil if nothing
    /// is to be seen that is in its way.
    /// - Parameter path: the path of the helper; nil if it is not installed.
    package init?(inSightOf path: ByteString?) {
        guard let path else {
            self = .missing
            return
        }
        do throws(Errno) { try checkAccess(.execute, to: path) } catch {
            self = .notStarted(error)
            return
        }
        guard let obstacle = HelperTrial.visibleObstacle(path) else { return nil }
        self = obstacle
    }

    /// Finds out, by starting the helper at `path`, why it could not bind low ports for this process; nil if it could.
    package init?(toStarting path: ByteString) {
        guard let obstacle = (try? HelperTrial(of: path))?.obstacle() else { return nil }
        self = obstacle
    }
}
