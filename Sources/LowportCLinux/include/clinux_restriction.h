// SPDX-License-Identifier: Apache-2.0
// What a privileged program gives up for good: system call numbers, which differ between architectures; landlock(7), whose
// system calls libc lacks; resource limits.
#ifndef CLINUX_RESTRICTION_H
#define CLINUX_RESTRICTION_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
enum { clinux_architecture = (int)AUDIT_ARCH_X86_64 };
#define CLINUX_OLD_CALL(name) SYS_##name
#elif defined(__aarch64__)
enum { clinux_architecture = (int)AUDIT_ARCH_AARCH64 };
// Calls that newer architectures lack; no call has this number.
#define CLINUX_OLD_CALL(name) -1
#endif

// In one place, so that a call is spelled once. SYS_faccessat2 is newer than some headers.
enum {
    clinux_SYS_read = SYS_read, clinux_SYS_readv = SYS_readv, clinux_SYS_pread64 = SYS_pread64,
    clinux_SYS_write = SYS_write, clinux_SYS_writev = SYS_writev, clinux_SYS_close = SYS_close,
    clinux_SYS_open = CLINUX_OLD_CALL(open), clinux_SYS_openat = SYS_openat, clinux_SYS_lseek = SYS_lseek,
    clinux_SYS_fstat = SYS_fstat, clinux_SYS_stat = CLINUX_OLD_CALL(stat), clinux_SYS_lstat = CLINUX_OLD_CALL(lstat),
    clinux_SYS_newfstatat = SYS_newfstatat, clinux_SYS_statx = SYS_statx, clinux_SYS_getdents64 = SYS_getdents64,
    clinux_SYS_readlink = CLINUX_OLD_CALL(readlink), clinux_SYS_readlinkat = SYS_readlinkat,
    clinux_SYS_access = CLINUX_OLD_CALL(access), clinux_SYS_faccessat = SYS_faccessat, clinux_SYS_faccessat2 = 439,
    clinux_SYS_mmap = SYS_mmap, clinux_SYS_mprotect = SYS_mprotect, clinux_SYS_munmap = SYS_munmap,
    clinux_SYS_mremap = SYS_mremap, clinux_SYS_brk = SYS_brk, clinux_SYS_madvise = SYS_madvise,
    clinux_SYS_rt_sigaction = SYS_rt_sigaction, clinux_SYS_rt_sigprocmask = SYS_rt_sigprocmask,
    clinux_SYS_rt_sigreturn = SYS_rt_sigreturn, clinux_SYS_alarm = CLINUX_OLD_CALL(alarm),
    clinux_SYS_setitimer = SYS_setitimer, clinux_SYS_clock_gettime = SYS_clock_gettime,
    clinux_SYS_gettimeofday = SYS_gettimeofday, clinux_SYS_time = CLINUX_OLD_CALL(time),
    clinux_SYS_getpid = SYS_getpid, clinux_SYS_getppid = SYS_getppid, clinux_SYS_gettid = SYS_gettid,
    clinux_SYS_getuid = SYS_getuid, clinux_SYS_geteuid = SYS_geteuid, clinux_SYS_getgid = SYS_getgid,
    clinux_SYS_getegid = SYS_getegid, clinux_SYS_getgroups = SYS_getgroups, clinux_SYS_capset = SYS_capset,
    clinux_SYS_socket = SYS_socket, clinux_SYS_connect = SYS_connect, clinux_SYS_bind = SYS_bind,
    clinux_SYS_sendto = SYS_sendto, clinux_SYS_sendmsg = SYS_sendmsg, clinux_SYS_recvfrom = SYS_recvfrom,
    clinux_SYS_recvmsg = SYS_recvmsg, clinux_SYS_getsockopt = SYS_getsockopt, clinux_SYS_getsockname = SYS_getsockname,
    clinux_SYS_poll = CLINUX_OLD_CALL(poll), clinux_SYS_ppoll = SYS_ppoll, clinux_SYS_fcntl = SYS_fcntl,
    clinux_SYS_futex = SYS_futex, clinux_SYS_getrandom = SYS_getrandom, clinux_SYS_exit = SYS_exit,
    clinux_SYS_exit_group = SYS_exit_group, clinux_SYS_restart_syscall = SYS_restart_syscall,
    clinux_SYS_ioctl = SYS_ioctl, clinux_SYS_process_vm_readv = SYS_process_vm_readv,
    clinux_SYS_pidfd_open = SYS_pidfd_open, clinux_SYS_pidfd_getfd = SYS_pidfd_getfd,
    clinux_SYS_memfd_create = SYS_memfd_create, clinux_SYS_ftruncate = SYS_ftruncate,
};

enum {
    clinux_NOTIF_RECV = (int)SECCOMP_IOCTL_NOTIF_RECV, clinux_NOTIF_SEND = (int)SECCOMP_IOCTL_NOTIF_SEND,
    clinux_NOTIF_ID_VALID = (int)SECCOMP_IOCTL_NOTIF_ID_VALID,
};

// Installs a filter on this thread, for good.
static inline int clinux_seccomp_filter(const struct sock_filter *filter, unsigned short count)
{
    struct sock_fprog program = {.len = count, .filter = (struct sock_filter *)filter};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

// The Landlock version of this kernel (landlock(7)); -1 and ENOSYS or EOPNOTSUPP without it.
static inline int clinux_landlock_version(void) { return (int)syscall(444, NULL, 0UL, 1U); }

// <linux/landlock.h>, whose structures grow: rights on files, rights on TCP ports, and scopes of the domain.
struct clinux_landlock { unsigned long long files, ports, scope; };

static inline int clinux_landlock_ruleset(const struct clinux_landlock *rights, size_t size)
{
    return (int)syscall(444, rights, size, 0U);
}

// Allows `rights` on the port `port` (LANDLOCK_RULE_NET_PORT).
static inline int clinux_landlock_allow_port(int ruleset, unsigned long long rights, unsigned long long port)
{
    struct { unsigned long long rights, port; } rule = {rights, port};
    return (int)syscall(445, ruleset, 2, &rule, 0U);
}

static inline int clinux_landlock_restrict_self(int ruleset) { return (int)syscall(446, ruleset, 0U); }

// Lowers the soft and hard limit to at most `limit`.
static inline int clinux_lower_limit(int resource, unsigned long limit)
{
    struct rlimit now;
    if (getrlimit(resource, &now) != 0) return -1;
    if (now.rlim_max > limit) now.rlim_max = limit;
    if (now.rlim_cur > now.rlim_max) now.rlim_cur = now.rlim_max;
    return setrlimit(resource, &now);
}

enum { clinux_RLIMIT_CORE = RLIMIT_CORE, clinux_RLIMIT_NPROC = RLIMIT_NPROC, clinux_RLIMIT_NOFILE = RLIMIT_NOFILE };

#endif
