// SPDX-License-Identifier: Apache-2.0
// Datagrams with what the kernel says about each (cmsg(3), ip(7), ipv6(7), udp(7)).
#ifndef CLINUX_DATAGRAMS_H
#define CLINUX_DATAGRAMS_H

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    clinux_IP_PKTINFO = 8,
    clinux_IPV6_RECVPKTINFO = 49,
    clinux_IPV6_PKTINFO = 50,
    clinux_UDP_SEGMENT = 103,
    clinux_UDP_GRO = 104,
    // The kernel makes no more of one message (UDP_MAX_SEGMENTS of older kernels).
    clinux_most_segments = 64,
    clinux_batch_size = 64,
};

// The peer of a datagram as sockaddr_in or sockaddr_in6, and the address on this machine, in network order. Zeros fill up
// both, so that equal paths have equal words.
struct clinux_path {
    unsigned long long peer[4];
    unsigned long long local[2];
    unsigned peer_size;
    unsigned local_size;
    unsigned long long interface; // of a link-local address, which is valid on one interface only
};

// in_pktinfo and in6_pktinfo, whose names depend on _GNU_SOURCE.
struct clinux_packet_v4 {
    int interface;
    struct in_addr local, destination;
};
struct clinux_packet_v6 {
    struct in6_addr local;
    int interface;
};

union clinux_control {
    struct cmsghdr header;
    // The addresses, the size of the segments, and more, so that what the kernel fills never is all of it.
    char bytes[CMSG_SPACE(sizeof(struct clinux_packet_v4)) + CMSG_SPACE(sizeof(struct clinux_packet_v6)) +
               CMSG_SPACE(sizeof(int)) + sizeof(struct cmsghdr)];
};

// The control message behind `part`; null for none. As CMSG_NXTHDR, which is a function of glibc, and musl has none. For
// the same reason, what has no constant size is copied by the compiler's own function, which _FORTIFY_SOURCE leaves alone.
static inline struct cmsghdr *clinux_next_control(struct msghdr *message, struct cmsghdr *part)
{
    char *end = (char *)message->msg_control + message->msg_controllen;
    size_t length = CMSG_ALIGN(part->cmsg_len);
    if (part->cmsg_len < sizeof *part || length > (size_t)(end - (char *)part)) return NULL;
    if ((size_t)(end - (char *)part) - length < sizeof *part) return NULL;
    return (struct cmsghdr *)((char *)part + length);
}

static inline void clinux_set_local(struct clinux_path *path, const void *address, size_t size)
{
    __builtin_memcpy(path->local, address, size);
    path->local_size = (unsigned)size;
}

// Takes the local address from a received message. A group of receivers is no address to answer from; of a broadcast in
// IPv4, the kernel reports the address of the interface, also to an IPv6 socket.
static inline void clinux_read_local(struct msghdr *message, struct clinux_path *path)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL; part = clinux_next_control(message, part)) {
        if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == clinux_IP_PKTINFO) {
            struct clinux_packet_v4 packet;
            memcpy(&packet, CMSG_DATA(part), sizeof packet);
            if (packet.local.s_addr == 0)
                continue;
            if (path->peer_size == sizeof(struct sockaddr_in)) {
                clinux_set_local(path, &packet.local, sizeof packet.local);
            } else {
                struct in6_addr mapped = {0};
                mapped.s6_addr[10] = mapped.s6_addr[11] = 0xFF;
                memcpy(&mapped.s6_addr[12], &packet.local, sizeof packet.local);
                clinux_set_local(path, &mapped, sizeof mapped);
            }
        } else if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == clinux_IPV6_PKTINFO) {
            struct clinux_packet_v6 packet;
            memcpy(&packet, CMSG_DATA(part), sizeof packet);
            if (IN6_IS_ADDR_MULTICAST(&packet.local) || IN6_IS_ADDR_V4MAPPED(&packet.local))
                continue;
            clinux_set_local(path, &packet.local, sizeof packet.local);
            if (IN6_IS_ADDR_LINKLOCAL(&packet.local))
                path->interface = (unsigned)packet.interface;
        }
    }
}

// Adds the local address to a message that is to be sent, whose control buffer is empty and zeroed.
static inline void clinux_write_local(struct msghdr *message, const struct clinux_path *path)
{
    struct clinux_packet_v4 old = {0};
    struct clinux_packet_v6 new = {.interface = (int)path->interface};
    const int is_old = path->local_size == sizeof old.local;
    const size_t size = is_old ? sizeof old : sizeof new;
    if (path->local_size == 0)
        return;
    __builtin_memcpy(is_old ? (void *)&old.local : (void *)&new.local, path->local, path->local_size);
    struct cmsghdr *part = (struct cmsghdr *)((char *)message->msg_control + message->msg_controllen);
    part->cmsg_level = is_old ? IPPROTO_IP : IPPROTO_IPV6;
    part->cmsg_type = is_old ? clinux_IP_PKTINFO : clinux_IPV6_PKTINFO;
    part->cmsg_len = CMSG_LEN(size);
    __builtin_memcpy(CMSG_DATA(part), is_old ? (void *)&old : (void *)&new, size);
    message->msg_controllen += CMSG_SPACE(size);
}

// recvmsg(2) of one datagram and its path.
static inline ssize_t clinux_receive_along(int socket, void *bytes, size_t size, int flags, struct clinux_path *path)
{
    struct iovec part = {.iov_base = bytes, .iov_len = size};
    union clinux_control control;
    *path = (struct clinux_path){0};
    struct msghdr message = {
        .msg_name = path->peer,
        .msg_namelen = sizeof path->peer,
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    ssize_t count = recvmsg(socket, &message, flags);
    if (count < 0)
        return count;
    path->peer_size = message.msg_namelen;
    clinux_read_local(&message, path);
    return count;
}

// sendmsg(2) of one datagram along a path.
static inline ssize_t clinux_send_along(int socket, const void *bytes, size_t size, int flags, const struct clinux_path *path)
{
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
    union clinux_control control = {0};
    struct msghdr message = {
        .msg_name = path->peer_size == 0 ? NULL : (void *)path->peer,
        .msg_namelen = path->peer_size,
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
    };
    clinux_write_local(&message, path);
    return sendmsg(socket, &message, flags);
}

// mmsghdr, which is declared for _GNU_SOURCE alone.
struct clinux_header {
    struct msghdr message;
    unsigned length;
};

// Messages for one call of recvmmsg(2) or sendmmsg(2).
struct clinux_messages {
    struct clinux_header headers[clinux_batch_size];
    struct iovec parts[clinux_batch_size];
    struct clinux_path paths[clinux_batch_size];
    union clinux_control control[clinux_batch_size];
    // The size of the datagrams that a message consists of, of which the last may be smaller; 0 if it is one datagram.
    unsigned segments[clinux_batch_size];
};

// Receives into the messages from `first` on, each with room for `room` bytes, without waiting.
static inline int clinux_receive_messages(int socket, struct clinux_messages *all, int first, char *bytes, size_t room)
{
    for (int index = first; index < clinux_batch_size; index++) {
        // The messages behind the last one that was received are as they were.
        if (index > first && all->headers[index].message.msg_controllen == sizeof all->control[index])
            break;
        all->parts[index] = (struct iovec){.iov_base = bytes + (size_t)index * room, .iov_len = room};
        all->paths[index] = (struct clinux_path){0};
        all->headers[index].message = (struct msghdr){
            .msg_name = all->paths[index].peer,
            .msg_namelen = sizeof all->paths[index].peer,
            .msg_iov = &all->parts[index],
            .msg_iovlen = 1,
            .msg_control = &all->control[index],
            .msg_controllen = sizeof all->control[index],
        };
    }
    int count = (int)syscall(SYS_recvmmsg, socket, &all->headers[first], clinux_batch_size - first, MSG_DONTWAIT, NULL);
    for (int index = first; index < first + count; index++) {
        struct msghdr *message = &all->headers[index].message;
        all->paths[index].peer_size = message->msg_namelen;
        all->segments[index] = 0;
        clinux_read_local(message, &all->paths[index]);
        for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL; part = clinux_next_control(message, part)) {
            if (part->cmsg_level == IPPROTO_UDP && part->cmsg_type == clinux_UDP_GRO) {
                int size;
                memcpy(&size, CMSG_DATA(part), sizeof size);
                if (size > 0 && (unsigned)size < all->headers[index].length)
                    all->segments[index] = (unsigned)size;
            }
        }
    }
    return count;
}

// Makes message `index` of `count` parts from `first` on, which becomes datagrams of `segment` bytes if that is not 0.
static inline void clinux_make_message(struct clinux_messages *all, int index, int first, int count, unsigned segment,
                                       const struct clinux_path *path)
{
    struct msghdr *message = &all->headers[index].message;
    all->segments[index] = segment;
    all->control[index] = (union clinux_control){0};
    all->paths[index] = *path;
    *message = (struct msghdr){
        .msg_name = path->peer_size == 0 ? NULL : all->paths[index].peer,
        .msg_namelen = path->peer_size,
        .msg_iov = &all->parts[first],
        .msg_iovlen = (size_t)count,
        .msg_control = &all->control[index],
    };
    clinux_write_local(message, path);
    if (segment != 0) {
        unsigned short size = (unsigned short)segment;
        struct cmsghdr *part = (struct cmsghdr *)((char *)message->msg_control + message->msg_controllen);
        part->cmsg_level = IPPROTO_UDP;
        part->cmsg_type = clinux_UDP_SEGMENT;
        part->cmsg_len = CMSG_LEN(sizeof size);
        memcpy(CMSG_DATA(part), &size, sizeof size);
        message->msg_controllen += CMSG_SPACE(sizeof size);
    }
    if (message->msg_controllen == 0)
        message->msg_control = NULL;
}

// Sends the messages from `first` up to `end`; returns how many.
static inline int clinux_send_messages(int socket, struct clinux_messages *all, int first, int end)
{
    return (int)syscall(SYS_sendmmsg, socket, &all->headers[first], end - first, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static inline size_t clinux_messages_size(void) { return sizeof(struct clinux_messages); }

static inline struct clinux_path clinux_message_path(const struct clinux_messages *all, int index)
{
    return all->paths[index];
}

static inline unsigned clinux_message_length(const struct clinux_messages *all, int index)
{
    return all->headers[index].length;
}

static inline unsigned clinux_message_segment(const struct clinux_messages *all, int index) { return all->segments[index]; }

static inline struct iovec clinux_message_part(const struct clinux_messages *all, int index, int part)
{
    const struct msghdr *message = &all->headers[index].message;
    return (size_t)part < (size_t)message->msg_iovlen ? message->msg_iov[part] : (struct iovec){0};
}

static inline void clinux_set_part(struct clinux_messages *all, int index, const void *bytes, size_t size)
{
    all->parts[index] = (struct iovec){.iov_base = (void *)bytes, .iov_len = size};
}

#endif
