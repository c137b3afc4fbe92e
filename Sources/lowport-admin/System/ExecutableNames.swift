// SPDX-License-Identifier: Apache-2.0
internal import LowportDiagnosis
internal import LowportKernelPolicy
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicyInventory

/// The paths of the programs that events name by their inode.
struct ExecutableNames {
    private var devices = KernelDevices()
    private var known: [ProgramInode: ByteString] = [:]
    /// When the paths may be looked up again, in seconds since 1970.
    private var next: Int64 = 0
    /// A flood of events of ever new programs must not become a flood of lookups.
    private static let pause: Int64 = 10

    /// Returns the path of the program: as a rule names it, as it has the capability, or as the process shows it; nil
    /// if this process may not see that.
    mutating func path(of inode: ProgramInode, process: UInt32) -> ByteString? {
        if let path = current(inode) { return path }
        if WallClock.seconds >= next {
            next = WallClock.seconds + Self.pause
            lookUp()
            if let path = current(inode) { return path }
        }
        // A process may have put the program at another path, in a mount namespace of its own.
        guard let path = try? readLink("/proc/\(process)/exe"), devices.inode(ofFileAt: path) == inode else {
            return nil
        }
        return path
    }

    /// The path that is known, if it still leads there.
    private mutating func current(_ inode: ProgramInode) -> ByteString? {
        guard let path = known[inode], devices.inode(ofFileAt: path) == inode else { return nil }
        return path
    }

    private mutating func lookUp() {
        let named = EngineState.current()?.programs.map(\.path) ?? []
        let paths = PrivilegedProgram.alongPath().map(\.path) + GrantedPrograms.system.paths + named
        known = [:]
        for path in paths {
            if let inode = devices.inode(ofFileAt: path) { known[inode] = path }
        }
    }
}
