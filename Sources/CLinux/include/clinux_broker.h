// SPDX-License-Identifier: Apache-2.0
// Answering system calls of other processes: seccomp(2) filters and notifications, pidfd_getfd(2), process_vm_readv(2),
// and messages that carry descriptors. libc has no prototypes for most, and ioctl numbers and cmsg(3) are macros.
#ifndef CLINUX_BROKER_H
#define CLINUX_BROKER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { clinux_SOCK_SEQPACKET = SOCK_SEQPACKET, clinux_SO_COOKIE = 57 };

struct clinux_notification {
    unsigned long long identifier, arguments[6];
    unsigned thread, architecture;
    int number;
};

static inline int clinux_seccomp_listen(const struct sock_filter *filter, unsigned short count, unsigned flags)
{
    struct sock_fprog program = {.len = count, .filter = (struct sock_filter *)filter};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

// The buffers are larger than any kernel's structures (SECCOMP_GET_NOTIF_SIZES) and have to be zero.
static inline int clinux_notification_receive(int listener, struct clinux_notification *notification)
{
    union { struct seccomp_notif notif; char room[512]; } in;
    memset(&in, 0, sizeof in);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &in) != 0) return -1;
    notification->identifier = in.notif.id;
    notification->thread = in.notif.pid;
    notification->architecture = in.notif.data.arch;
    notification->number = in.notif.data.nr;
    for (int i = 0; i < 6; i++) notification->arguments[i] = in.notif.data.args[i];
    return 0;
}

static inline int clinux_notification_answer(int listener, unsigned long long identifier, int error, int resume)
{
    union { struct seccomp_notif_resp response; char room[512]; } out;
    memset(&out, 0, sizeof out);
    out.response.id = identifier;
    out.response.error = -error;
    out.response.flags = resume ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &out);
}

static inline int clinux_notification_is_valid(int listener, unsigned long long identifier)
{
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &identifier);
}

// SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, Linux 6.6.
static inline int clinux_notification_wake_at_once(int listener)
{
    return ioctl(listener, SECCOMP_IOW(4, __u64), 1UL);
}

static inline long clinux_read_memory(int process, unsigned long long address, void *buffer, size_t size)
{
    struct iovec to = {buffer, size}, from = {(void *)(unsigned long)address, size};
    return syscall(SYS_process_vm_readv, process, &to, 1UL, &from, 1UL, 0UL);
}

static inline int clinux_pidfd_open(int process, unsigned flags) { return (int)syscall(SYS_pidfd_open, process, flags); }

static inline int clinux_pidfd_getfd(int process, int descriptor)
{
    return (int)syscall(SYS_pidfd_getfd, process, descriptor, 0);
}

static inline long clinux_send_message(int socket, const void *data, size_t size, int descriptor)
{
    union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(int))]; } control;
    struct iovec part = {(void *)data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        control.header = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

// Takes one descriptor at the most: there is room for no second, and the kernel closes what does not fit. -1 for none.
static inline long clinux_receive_message(int socket, void *data, size_t size, int *descriptor)
{
    union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(int))]; } control;
    struct iovec part = {data, size};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN(sizeof(int))};
    *descriptor = -1;
    long count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (count < 0) return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        if (*descriptor >= 0) close(*descriptor);
        errno = EMSGSIZE;
        return -1;
    }
    return count;
}

#endif
