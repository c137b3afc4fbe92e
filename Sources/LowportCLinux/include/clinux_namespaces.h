// SPDX-License-Identifier: Apache-2.0
// Owners and parents of namespaces (ioctl_nsfs(2)), switching between them, and the sockets in one (sock_diag(7)).
#ifndef CLINUX_NAMESPACES_H
#define CLINUX_NAMESPACES_H

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <linux/sock_diag.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static inline int clinux_namespace_owner(int descriptor) { return ioctl(descriptor, NS_GET_USERNS); }

static inline int clinux_namespace_parent(int descriptor) { return ioctl(descriptor, NS_GET_PARENT); }

// libc declares setns(2) only for _GNU_SOURCE.
static inline int clinux_enter_network(int descriptor) { return (int)syscall(SYS_setns, descriptor, 0x40000000); }

// Stores the sockets of this family and protocol in one of `states`, as netlink messages, into `buffer`, and returns their
// length; -1 with ENOBUFS if they do not fit.
static inline ssize_t clinux_list_sockets(uint8_t family, uint8_t protocol, uint32_t states, void *buffer, size_t size)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } question;
    memset(&question, 0, sizeof question);
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    question.request.sdiag_family = family;
    question.request.sdiag_protocol = protocol;
    question.request.idiag_states = states;
    int channel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (channel < 0) return -1;
    size_t length = 0;
    ssize_t result = -1;
    if (send(channel, &question, sizeof question, 0) < 0) goto end;
    for (;;) {
        // The kernel sends at most 32 KiB at once.
        if (size - length < 32768) {
            errno = ENOBUFS;
            break;
        }
        ssize_t received = recv(channel, (char *)buffer + length, size - length, 0);
        if (received < (ssize_t)sizeof(struct nlmsghdr)) break;
        const struct nlmsghdr *last = (const struct nlmsghdr *)((char *)buffer + length);
        if (last->nlmsg_type == NLMSG_ERROR) {
            errno = ENOTSUP;
            break;
        }
        // The end is a separate message.
        if (last->nlmsg_type == NLMSG_DONE) {
            result = (ssize_t)length;
            break;
        }
        length += (size_t)received;
    }
end:;
    int error = errno;
    close(channel);
    errno = error;
    return result;
}

#endif
