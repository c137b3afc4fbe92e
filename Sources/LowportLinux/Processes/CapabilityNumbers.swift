// SPDX-License-Identifier: Apache-2.0
/// The capabilities that have names, with what each allows in short; capabilities(7) has it in full.
extension Capability {
    /// `CAP_CHOWN`: change the owner of any file.
    public static var chown: Capability { Capability(number: 0) }
    /// `CAP_DAC_OVERRIDE`: read, write and execute any file whatever its mode.
    public static var dacOverride: Capability { Capability(number: 1) }
    /// `CAP_DAC_READ_SEARCH`: read any file, and search any directory.
    public static var dacReadSearch: Capability { Capability(number: 2) }
    /// `CAP_FOWNER`: do what otherwise only the owner of a file may.
    public static var fowner: Capability { Capability(number: 3) }
    /// `CAP_FSETID`: keep the set-id bits of a file that is written.
    public static var fsetid: Capability { Capability(number: 4) }
    /// `CAP_KILL`: send signals to any process.
    public static var kill: Capability { Capability(number: 5) }
    /// `CAP_SETGID`: become any group.
    public static var setgid: Capability { Capability(number: 6) }
    /// `CAP_SETUID`: become any user.
    public static var setuid: Capability { Capability(number: 7) }
    /// `CAP_SETPCAP`: change the bounding set, securebits and the inheritable set.
    public static var setpcap: Capability { Capability(number: 8) }
    /// `CAP_LINUX_IMMUTABLE`: change the immutable and append-only flags of files.
    public static var linuxImmutable: Capability { Capability(number: 9) }
    /// `CAP_NET_BIND_SERVICE`: bind privileged ports: those below 1024, by default.
    public static var netBindService: Capability { Capability(number: 10) }
    /// `CAP_NET_BROADCAST`: send broadcasts and listen to multicasts; the kernel does not use it.
    public static var netBroadcast: Capability { Capability(number: 11) }
    /// `CAP_NET_ADMIN`: configure the network.
    public static var netAdmin: Capability { Capability(number: 12) }
    /// `CAP_NET_RAW`: use raw and packet sockets.
    public static var netRaw: Capability { Capability(number: 13) }
    /// `CAP_IPC_LOCK`: lock memory.
    public static var ipcLock: Capability { Capability(number: 14) }
    /// `CAP_IPC_OWNER`: use any System V IPC object.
    public static var ipcOwner: Capability { Capability(number: 15) }
    /// `CAP_SYS_MODULE`: load and unload kernel modules.
    public static var sysModule: Capability { Capability(number: 16) }
    /// `CAP_SYS_RAWIO`: use I/O ports and raw devices.
    public static var sysRawio: Capability { Capability(number: 17) }
    /// `CAP_SYS_CHROOT`: change the root directory and mount namespaces.
    public static var sysChroot: Capability { Capability(number: 18) }
    /// `CAP_SYS_PTRACE`: trace any process.
    public static var sysPtrace: Capability { Capability(number: 19) }
    /// `CAP_SYS_PACCT`: switch process accounting.
    public static var sysPacct: Capability { Capability(number: 20) }
    /// `CAP_SYS_ADMIN`: administer the system: mount, quotas, and much more.
    public static var sysAdmin: Capability { Capability(number: 21) }
    /// `CAP_SYS_BOOT`: reboot, and load another kernel.
    public static var sysBoot: Capability { Capability(number: 22) }
    /// `CAP_SYS_NICE`: raise priorities, of any process.
    public static var sysNice: Capability { Capability(number: 23) }
    /// `CAP_SYS_RESOURCE`: exceed resource limits.
    public static var sysResource: Capability { Capability(number: 24) }
    /// `CAP_SYS_TIME`: set the clocks.
    public static var sysTime: Capability { Capability(number: 25) }
    /// `CAP_SYS_TTY_CONFIG`: configure and hang up terminals.
    public static var sysTtyConfig: Capability { Capability(number: 26) }
    /// `CAP_MKNOD`: make device files.
    public static var mknod: Capability { Capability(number: 27) }
    /// `CAP_LEASE`: take leases on any file.
    public static var lease: Capability { Capability(number: 28) }
    /// `CAP_AUDIT_WRITE`: write to the audit log.
    public static var auditWrite: Capability { Capability(number: 29) }
    /// `CAP_AUDIT_CONTROL`: configure auditing.
    public static var auditControl: Capability { Capability(number: 30) }
    /// `CAP_SETFCAP`: set the capabilities of files.
    public static var setfcap: Capability { Capability(number: 31) }
    /// `CAP_MAC_OVERRIDE`: override mandatory access control (Smack).
    public static var macOverride: Capability { Capability(number: 32) }
    /// `CAP_MAC_ADMIN`: configure mandatory access control (Smack).
    public static var macAdmin: Capability { Capability(number: 33) }
    /// `CAP_SYSLOG`: read and clear the kernel log.
    public static var syslog: Capability { Capability(number: 34) }
    /// `CAP_WAKE_ALARM`: set timers that wake the machine.
    public static var wakeAlarm: Capability { Capability(number: 35) }
    /// `CAP_BLOCK_SUSPEND`: keep the machine awake.
    public static var blockSuspend: Capability { Capability(number: 36) }
    /// `CAP_AUDIT_READ`: read the audit log.
    public static var auditRead: Capability { Capability(number: 37) }
    /// `CAP_PERFMON`: use performance monitoring.
    public static var perfmon: Capability { Capability(number: 38) }
    /// `CAP_BPF`: use privileged BPF operations.
    public static var bpf: Capability { Capability(number: 39) }
    /// `CAP_CHECKPOINT_RESTORE`: checkpoint and restore processes.
    public static var checkpointRestore: Capability { Capability(number: 40) }
}
