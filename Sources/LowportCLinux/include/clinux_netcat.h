// SPDX-License-Identifier: Apache-2.0
// For moving bytes between descriptors: flags that are macros or need _GNU_SOURCE, and unions.
#ifndef CLINUX_NETCAT_H
#define CLINUX_NETCAT_H

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    clinux_POLLRDHUP = 0x2000,
    clinux_MSG_DONTWAIT = MSG_DONTWAIT,
    clinux_MSG_MORE = MSG_MORE,
    clinux_MSG_PEEK = MSG_PEEK,
    clinux_MSG_TRUNC = MSG_TRUNC,
    clinux_F_SETPIPE_SZ = 1031,
    clinux_F_GETPIPE_SZ = 1032,
    clinux_SPLICE_F_MOVE = 1,
    clinux_SPLICE_F_NONBLOCK = 2,
    clinux_SPLICE_F_MORE = 4,
    clinux_RWF_NOWAIT = 8,
    clinux_SHUT_RD = SHUT_RD,
    clinux_SHUT_WR = SHUT_WR,
    clinux_IP_MINTTL = 21,
    clinux_IPV6_MINHOPCOUNT = 73,
    clinux_AF_VSOCK = 40,
};

// Declared for _GNU_SOURCE alone, with types that the importer then lacks.
long splice(int in, long *from, int out, long *to, size_t count, unsigned flags);
int pipe2(int ends[2], int flags);
int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);

static inline long clinux_splice(int in, int out, size_t count, unsigned flags)
{
    return splice(in, NULL, out, NULL, count, flags);
}

// preadv2(2) at the current position, which never waits for data in a pipe.
static inline long clinux_read_now(int descriptor, void *bytes, size_t count)
{
    struct iovec part = {.iov_base = bytes, .iov_len = count};
    return syscall(SYS_preadv2, descriptor, &part, 1UL, -1L, -1L, clinux_RWF_NOWAIT);
}

// pwritev2(2) at the current position, which never waits for room in a pipe.
static inline long clinux_write_now(int descriptor, const void *bytes, size_t count)
{
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    return syscall(SYS_pwritev2, descriptor, &part, 1UL, -1L, -1L, clinux_RWF_NOWAIT);
}

static inline int clinux_pipe(int ends[2], int flags) { return pipe2(ends, flags); }

static inline int clinux_accept(int descriptor, struct sockaddr *address, socklen_t *length, int flags)
{
    return accept4(descriptor, address, length, flags);
}

// Blocks the signals and returns a descriptor that is readable when one is pending (signalfd(2)).
static inline int clinux_signal_descriptor(const int *numbers, int count)
{
    sigset_t set;
    sigemptyset(&set);
    for (int index = 0; index < count; index++)
        sigaddset(&set, numbers[index]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

// The bytes sent but not acknowledged (SIOCOUTQ, tcp(7)); ioctl(2) is variadic.
static inline int clinux_unacknowledged(int socket)
{
    int count = 0;
    return ioctl(socket, TIOCOUTQ, &count) == -1 ? -1 : count;
}

static inline int clinux_unblock_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    return sigprocmask(SIG_SETMASK, &set, NULL);
}

// The bytes that were written and not yet sent (SIOCOUTQNSD).
static inline int clinux_unsent(int socket)
{
    int count = 0;
    return ioctl(socket, 0x894BUL, &count) == -1 ? -1 : count;
}

// sockaddr_vm: linux/vm_sockets.h clashes with libc's headers on some systems.
struct clinux_sockaddr_vm {
    unsigned short family;
    unsigned short reserved;
    unsigned port;
    unsigned cid;
    unsigned char zero[4];
};

// The number of /dev/null, as makedev(3) makes it of 1 and 3; that is a function of the C library, of another name in each.
enum { clinux_null_device = 1 << 8 | 3 };

#endif
