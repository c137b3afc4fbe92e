// SPDX-License-Identifier: Apache-2.0
// A bind that the kernel refused, as a request to the helper, for the library that is preloaded and for the one that is linked.
// It takes no lock, allocates nothing and needs no runtime of a language, so that it can be made wherever bind(2) can be called:
// in every thread, after fork(2), in the handler of a signal. `HelperArguments` in LowportHelperProtocol parses its text.
#ifndef CLINUX_HELPER_REQUEST_H
#define CLINUX_HELPER_REQUEST_H

#include "clinux_helper_call.h"
#include "clinux_text.h"
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

// The address is in the caller's memory: 4 or 16 bytes. The port is in network byte order.
struct clinux_helper_request { const uint8_t *address; size_t size; in_port_t port; uint32_t scope; };

// Parses a socket address that the kernel has just read; false if it is not an internet address. ip(7), ipv6(7): the kernel
// accepts IPv6 addresses without the scope, and reads no address longer than 128 bytes.
static inline bool clinux_parse_request(struct clinux_helper_request *request, const struct sockaddr *address, socklen_t length)
{
    const uint8_t *bytes = (const uint8_t *)address;
    if (length > 128) return false;
    *request = (struct clinux_helper_request){0};
    if (length >= sizeof(struct sockaddr_in) && address->sa_family == AF_INET) {
        request->address = bytes + offsetof(struct sockaddr_in, sin_addr);
        request->size = 4;
    } else if (length >= offsetof(struct sockaddr_in6, sin6_scope_id) && address->sa_family == AF_INET6) {
        request->address = bytes + offsetof(struct sockaddr_in6, sin6_addr);
        request->size = 16;
        if (length >= sizeof(struct sockaddr_in6))
            memcpy(&request->scope, bytes + offsetof(struct sockaddr_in6, sin6_scope_id), sizeof request->scope);
    } else {
        return false;
    }
    memcpy(&request->port, bytes + offsetof(struct sockaddr_in, sin_port), sizeof request->port);
    return true;
}

static inline bool clinux_is_low_port(const struct clinux_helper_request *request)
{
    return request->port != 0 && ntohs(request->port) < 1024;
}

// Whether `socket` has the address and the port of the request.
static inline bool clinux_is_bound(const struct clinux_helper_request *request, int socket)
{
    struct sockaddr_storage name = {0};
    struct clinux_helper_request bound;
    socklen_t length = sizeof name;
    return getsockname(socket, (struct sockaddr *)&name, &length) == 0
        && clinux_parse_request(&bound, (struct sockaddr *)&name, length) && bound.port == request->port
        && bound.size == request->size && memcmp(bound.address, request->address, bound.size) == 0;
}

// Asks the helper at `path` to bind `socket`. Returns 0, or the number of the error that `bind` fails with; `start_error` is that
// which kept the helper from starting, or 0.
static inline int clinux_ask_helper(const struct clinux_helper_request *asked, const char *path, int socket, int *start_error)
{
    // Another thread may write to the caller's memory: what is asked for is also what is compared at the end.
    uint8_t bytes[16];
    struct clinux_helper_request copy = *asked, *request = &copy;
    // By the compiler's own function: memcpy with a size that is not constant becomes, by _FORTIFY_SOURCE, one that musl lacks.
    __builtin_memcpy(bytes, asked->address, asked->size);
    copy.address = bytes;
    char memory[64];
    struct clinux_text text = {memory, sizeof memory, 0};
    char *address = clinux_start(&text);
    // An IPv4 address and a port are the number in memory, read in native byte order.
    if (request->size == 4) {
        uint32_t number;
        memcpy(&number, request->address, sizeof number);
        clinux_put_hexadecimal(&text, number, 8);
    } else {
        for (size_t index = 0; index < request->size; index++) clinux_put_hexadecimal(&text, request->address[index], 2);
    }
    char *port = clinux_start(&text);
    clinux_put_hexadecimal(&text, request->port, 4);
    char *family = clinux_start(&text);
    clinux_put(&text, '6');
    if (request->scope != 0) {
        clinux_put(&text, '%');
        clinux_put_decimal(&text, request->scope);
    }
    clinux_put(&text, 0);
    char *arguments[] = {(char *)path, address, port, request->size == 4 ? 0 : family, 0};
    struct clinux_helper_call call = {.path = path, .arguments = arguments, .socket = socket};
    clinux_call_helper(&call);
    *start_error = call.error;
    if (call.error != 0) return call.error;
    if (!WIFEXITED(call.status)) return ENOSYS;
    // Another program in the helper's place, which says that all is well, has bound nothing.
    if (WEXITSTATUS(call.status) == 0 && !clinux_is_bound(request, socket)) return ENOSYS;
    return WEXITSTATUS(call.status) < 127 ? WEXITSTATUS(call.status) : ENXIO;
}

#endif
