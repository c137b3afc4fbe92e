// SPDX-License-Identifier: Apache-2.0
// The line about the first refusal in a process, from whichever thread comes first. No lock, no heap: the user is a number.
#ifndef CLINUX_NOTICE_H
#define CLINUX_NOTICE_H

#include "clinux_helper_request.h"
#include "clinux_sockets.h"
#include <arpa/inet.h>

static inline bool clinux_is_first_notice(void)
{
    static int told;
    return !__atomic_exchange_n(&told, 1, __ATOMIC_RELAXED);
}

// Writes `words` and the address, unless it is 0.0.0.0.
static inline void clinux_put_address(struct clinux_text *text, const char *words, const struct clinux_helper_request *request)
{
    static const uint8_t any[4];
    char address[INET6_ADDRSTRLEN];
    if (request->size == 4 && memcmp(request->address, any, sizeof any) == 0) return;
    if (!inet_ntop(request->size == 4 ? AF_INET : AF_INET6, request->address, address, sizeof address)) return;
    clinux_put_string(text, words);
    clinux_put_string(text, address);
}

// What the helper's refusal means.
static inline const char *clinux_refusal_reason(int error) { return error == EPERM ? "no rule" : "permission denied"; }

// Writes one line to standard error: that `socket` was refused what it asked for, and for what `reason`. May change errno.
static inline void clinux_tell_refusal(const struct clinux_helper_request *request, int socket, const char *reason)
{
    if (!clinux_is_first_notice()) return;
    int protocol = 0; // SO_PROTOCOL, socket(7).
    socklen_t size = sizeof protocol;
    if (getsockopt(socket, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) != 0) protocol = 0;
    bool is_tcp = protocol == IPPROTO_TCP || protocol == clinux_IPPROTO_MPTCP;
    bool is_udp = protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE;
    char memory[384];
    struct clinux_text text = {memory, sizeof memory, 0};
    clinux_put_string(&text, "lowport: refused ");
    clinux_put_string(&text, is_tcp ? "tcp " : is_udp ? "udp " : "port ");
    clinux_put_decimal(&text, ntohs(request->port));
    clinux_put_address(&text, " on ", request);
    clinux_put_string(&text, " to uid ");
    clinux_put_decimal(&text, getuid());
    clinux_put_string(&text, ": ");
    clinux_put_string(&text, reason);
    clinux_put_string(&text, "; see: lowport explain ");
    clinux_put_decimal(&text, ntohs(request->port));
    if (is_udp) clinux_put_string(&text, " --udp");
    clinux_put_address(&text, " --on ", request);
    clinux_put(&text, '\n');
    if (write(2, memory, text.length) < 0) return;
}

#endif
