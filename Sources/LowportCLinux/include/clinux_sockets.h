// SPDX-License-Identifier: Apache-2.0
// Sockets: glibc's constants are enumerations of their own types; here they are plain ints.
#ifndef CLINUX_SOCKETS_H
#define CLINUX_SOCKETS_H

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

enum {
    clinux_SOCK_STREAM = SOCK_STREAM,
    clinux_SOCK_DGRAM = SOCK_DGRAM,
    clinux_SOCK_CLOEXEC = SOCK_CLOEXEC,
    clinux_SOCK_NONBLOCK = SOCK_NONBLOCK,
    clinux_MSG_NOSIGNAL = MSG_NOSIGNAL,
    clinux_IPPROTO_TCP = 6,
    clinux_IPPROTO_UDP = 17,
    clinux_IPPROTO_UDPLITE = 136,
    clinux_IPPROTO_MPTCP = 262,
    clinux_IPPROTO_IPV6 = 41,
    clinux_IPV6_V6ONLY = 26,
};

#endif
