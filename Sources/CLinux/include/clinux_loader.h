// SPDX-License-Identifier: Apache-2.0
// dlfcn.h shows these only to _GNU_SOURCE.
#ifndef CLINUX_LOADER_H
#define CLINUX_LOADER_H

#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef int (*clinux_bind_function)(int, const struct sockaddr *, socklen_t);

// The next `bind` after the library that contains this code; null if there is none.
static inline clinux_bind_function clinux_next_bind(void)
{
    return (clinux_bind_function)dlsym((void *)-1L, "bind");
}

// The system call bind(2), whatever `bind` is in this program.
static inline int clinux_bind(int descriptor, const struct sockaddr *address, socklen_t length)
{
    return (int)syscall(SYS_bind, descriptor, address, length);
}

// The path of the object that contains `address`; null if there is none.
static inline const char *clinux_object_path(const void *address)
{
    struct { const char *path; void *base; const char *symbol; void *symbol_address; } info;
    int dladdr(const void *, void *);
    return dladdr(address, &info) ? info.path : 0;
}

#endif
