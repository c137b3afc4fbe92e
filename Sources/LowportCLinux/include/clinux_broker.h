// SPDX-License-Identifier: Apache-2.0
// Answering system calls of other processes: seccomp(2) filters and notifications, pidfd_getfd(2), process_vm_readv(2),
// and messages that carry descriptors. libc has no prototypes for most, and ioctl numbers and cmsg(3) are macros.
#ifndef CLINUX_BROKER_H
#define CLINUX_BROKER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/memfd.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
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

// Room for any kernel's notification (SECCOMP_GET_NOTIF_SIZES).
union clinux_notification_room { struct seccomp_notif notif; char room[512]; };

static inline void clinux_notification_read(const union clinux_notification_room *room, struct clinux_notification *to)
{
    to->identifier = room->notif.id;
    to->thread = room->notif.pid;
    to->architecture = room->notif.data.arch;
    to->number = room->notif.data.nr;
    for (int i = 0; i < 6; i++) to->arguments[i] = room->notif.data.args[i];
}

// The kernel requires zeroed memory. Without `record`, it is on the stack.
static inline int clinux_notification_receive(int listener, void *record, struct clinux_notification *notification)
{
    union clinux_notification_room own, *room = record ? record : &own;
    memset(room, 0, sizeof *room);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, room) != 0) return -1;
    clinux_notification_read(room, notification);
    return 0;
}

// <linux/fcntl.h>: F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_FUTURE_WRITE.
enum { clinux_F_ADD_SEALS = 1033, clinux_F_SEALS = 1 | 2 | 4 | 16 };

// Memory that only this process writes; a process that receives the descriptor can read it, even after this one has ended.
static inline void *clinux_record_create(int *descriptor)
{
    void *memory = MAP_FAILED;
    *descriptor = (int)syscall(SYS_memfd_create, "notification", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*descriptor < 0) return NULL;
    if (ftruncate(*descriptor, sizeof(union clinux_notification_room)) == 0)
        memory = mmap(NULL, sizeof(union clinux_notification_room), PROT_READ | PROT_WRITE, MAP_SHARED, *descriptor, 0);
    if (memory != MAP_FAILED && fcntl(*descriptor, clinux_F_ADD_SEALS, clinux_F_SEALS) == 0) return memory;
    int error = errno;
    if (memory != MAP_FAILED) munmap(memory, sizeof(union clinux_notification_room));
    close(*descriptor);
    errno = error;
    return NULL;
}

static inline long clinux_record_read(int descriptor, struct clinux_notification *notification)
{
    union clinux_notification_room room;
    if (pread(descriptor, &room, sizeof room, 0) != sizeof room) return -1;
    clinux_notification_read(&room, notification);
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

// Receives at most one descriptor: there is no space for a second, and the kernel closes what does not fit. -1 for none.
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
