// SPDX-License-Identifier: Apache-2.0
// What is said once in a process, by whichever thread comes first.
#ifndef CLINUX_NOTICE_H
#define CLINUX_NOTICE_H

#include <arpa/inet.h>
#include <sys/socket.h>

static inline int clinux_is_first_notice(void)
{
    static int told;
    return !__atomic_exchange_n(&told, 1, __ATOMIC_RELAXED);
}

// The IP protocol of a socket (SO_PROTOCOL, socket(7)); 0 if it is not known.
static inline int clinux_notice_protocol(int socket)
{
    int protocol = 0;
    socklen_t size = sizeof protocol;
    return getsockopt(socket, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 ? protocol : 0;
}

#endif
