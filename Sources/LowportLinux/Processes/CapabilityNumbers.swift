// SPDX-License-Identifier: Apache-2.0
/// The capabilities that have names, with what each allows in short; capabilities(7) has it in full.
extension Capability {
    /// `CAP_CHOWN`: change the owner of any file.
    package static var chown: Capability { Capability(number: 0) }
    /// `CAP_DAC_OVERRIDE`: read, write and execute any file whatever its mode.
    package static var dacOverride: Capability { Capability(number: 1) }
    /// `CAP_DAC_READ_SEARCH`: read any file, and search any directory.
    package static var dacReadSearch: Capability { Capability(number: 2) }
    /// `CAP_FOWNER`: do what otherwise only the owner of a file may.
    package static var fowner: Capability { Capability(number: 3) }
    /// `CAP_FSETID`: keep the set-id bits of a file that is written.
    package static var fsetid: Capability { Capability(number: 4) }
    /// `CAP_KILL`: send signals to any process.
    package static var kill: Capability { Capability(number: 5) }
    /// `CAP_SETGID`: become any group.
    package static var setgid: Capability { Capability(number: 6) }
    /// `CAP_SETUID`: become any user.
    package static var setuid: Capability { Capability(number: 7) }
    /// `CAP_SETPCAP`: change the bounding set, securebits and the inheritable set.
    package static var setpcap: Capability { Capability(number: 8) }
    /// `CAP_LINUX_IMMUTABLE`: change the immutable and append-only flags of files.
    package static var linuxImmutable: Capability { Capability(number: 9) }
    /// `CAP_NET_BIND_SERVICE`: bind privileged ports: those below 1024, by default.
    package static var netBindService: Capability { Capability(number: 10) }
    /// `CAP_NET_BROADCAST`: send broadcasts and listen to multicasts; the kernel does not use it.
    package static var netBroadcast: Capability { Capability(number: 11) }
    /// `CAP_NET_ADMIN`: configure the network.
    package static var netAdmin: Capability { Capability(number: 12) }
    /// `CAP_NET_RAW`: use raw and packet sockets.
    package static var netRaw: Capability { Capability(number: 13) }
    /// `CAP_IPC_LOCK`: lock memory.
    package static var ipcLock: Capability { Capability(number: 14) }
    /// `CAP_IPC_OWNER`: use any System V IPC object.
    package static var ipcOwner: Capability { Capability(number: 15) }
    /// `CAP_SYS_MODULE`: load and unload kernel modules.
    package static var sysModule: Capability { Capability(number: 16) }
    /// `CAP_SYS_RAWIO`: use I/O ports and raw devices.
    package static var sysRawio: Capability { Capability(number: 17) }
    /// `CAP_SYS_CHROOT`: change the root directory and mount namespaces.
    package static var sysChroot: Capability { Capability(number: 18) }
    /// `CAP_SYS_PTRACE`: trace any process.
    package static var sysPtrace: Capability { Capability(number: 19) }
    /// `CAP_SYS_PACCT`: switch process accounting.
    package static var sysPacct: Capability { Capability(number: 20) }
    /// `CAP_SYS_ADMIN`: administer the system: mount, quotas, and much more.
    package static var sysAdmin: Capability { Capability(number: 21) }
    /// `CAP_SYS_BOOT`: reboot, and load another kernel.
    package static var sysBoot: Capability { Capability(number: 22) }
    /// `CAP_SYS_NICE`: raise priorities, of any process.
    package static var sysNice: Capability { Capability(number: 23) }
    /// `CAP_SYS_RESOURCE`: exceed resource limits.
    package static var sysResource: Capability { Capability(number: 24) }
    /// `CAP_SYS_TIME`: set the clocks.
    package static var sysTime: Capability { Capability(number: 25) }
    /// `CAP_SYS_TTY_CONFIG`: configure and hang up terminals.
    package static var sysTtyConfig: Capability { Capability(number: 26) }
    /// `CAP_MKNOD`: make device files.
    package static var mknod: Capability { Capability(number: 27) }
    /// `CAP_LEASE`: take leases on any file.
    package static var lease: Capability { Capability(number: 28) }
    /// `CAP_AUDIT_WRITE`: write to the audit log.
    package static var auditWrite: Capability { Capability(number: 29) }
    /// `CAP_AUDIT_CONTROL`: configure auditing.
    package static var auditControl: Capability { Capability(number: 30) }
    /// `CAP_SETFCAP`: set the capabilities of files.
    package static var setfcap: Capability { Capability(number: 31) }
    /// `CAP_MAC_OVERRIDE`: override mandatory access control (Smack).
    package static var macOverride: Capability { Capability(number: 32) }
    /// `CAP_MAC_ADMIN`: configure mandatory access control (Smack).
    package static var macAdmin: Capability { Capability(number: 33) }
    /// `CAP_SYSLOG`: read and clear the kernel log.
    package static var syslog: Capability { Capability(number: 34) }
    /// `CAP_WAKE_ALARM`: set timers that wake the machine.
    package static var wakeAlarm: Capability { Capability(number: 35) }
    /// `CAP_BLOCK_SUSPEND`: keep the machine awake.
    package static var blockSuspend: Capability { Capability(number: 36) }
    /// `CAP_AUDIT_READ`: read the audit log.
    package static var auditRead: Capability { Capability(number: 37) }
    /// `CAP_PERFMON`: use performance monitoring.
    package static var perfmon: Capability { Capability(number: 38) }
    /// `CAP_BPF`: use privileged BPF operations.
    package static var bpf: Capability { Capability(number: 39) }
    /// `CAP_CHECKPOINT_RESTORE`: checkpoint and restore processes.
    package static var checkpointRestore: Capability { Capability(number: 40) }
}
