// SPDX-License-Identifier: Apache-2.0
// epoll(7): its records are packed on some machines, and the token is a union.
#ifndef CLINUX_EPOLL_H
#define CLINUX_EPOLL_H

#include <stdint.h>
#include <sys/epoll.h>

enum {
    clinux_EPOLLIN = EPOLLIN,
    clinux_EPOLLOUT = EPOLLOUT,
    clinux_EPOLLERR = EPOLLERR,
    clinux_EPOLLHUP = EPOLLHUP,
    clinux_EPOLLRDHUP = EPOLLRDHUP,
    clinux_EPOLLPRI = EPOLLPRI,
    clinux_EPOLLEXCLUSIVE = EPOLLEXCLUSIVE,
    clinux_EPOLL_CTL_ADD = EPOLL_CTL_ADD,
    clinux_EPOLL_CTL_MOD = EPOLL_CTL_MOD,
    clinux_EPOLL_CTL_DEL = EPOLL_CTL_DEL,
    clinux_epoll_record_size = sizeof(struct epoll_event),
};

static inline int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int clinux_epoll_control(int queue, int operation, int descriptor, uint32_t events, int is_edge,
                                       uint64_t token)
{
    struct epoll_event event = {.events = events | (is_edge ? (uint32_t)EPOLLET : 0), .data = {.u64 = token}};
    return epoll_ctl(queue, operation, descriptor, &event);
}

static inline int clinux_epoll_wait(int queue, void *records, int count, int timeout)
{
    return epoll_wait(queue, (struct epoll_event *)records, count, timeout);
}

static inline uint32_t clinux_epoll_events(const void *records, int index)
{
    return ((const struct epoll_event *)records)[index].events;
}

static inline uint64_t clinux_epoll_token(const void *records, int index)
{
    return ((const struct epoll_event *)records)[index].data.u64;
}

#endif
