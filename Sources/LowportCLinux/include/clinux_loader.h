// SPDX-License-Identifier: Apache-2.0
// dlfcn.h and link.h show these only to _GNU_SOURCE.
#ifndef CLINUX_LOADER_H
#define CLINUX_LOADER_H

#include <dlfcn.h>
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef int (*clinux_bind_function)(int, const struct sockaddr *, socklen_t);

// Before glibc 2.34 it is in a library of its own, which a program may not have.
extern __typeof__(dlsym) dlsym __attribute__((weak));

// The next `bind` after the library that contains this code; null if there is none, or if it cannot be found.
static inline clinux_bind_function clinux_next_bind(void)
{
    return dlsym ? (clinux_bind_function)dlsym((void *)-1L, "bind") : 0;
}

// The system call bind(2), whatever `bind` is in this program.
static inline int clinux_bind(int descriptor, const struct sockaddr *address, socklen_t length)
{
    return (int)syscall(SYS_bind, descriptor, address, length);
}

// An object in memory, as dl_iterate_phdr(3) passes it: the beginning of struct dl_phdr_info.
struct clinux_loaded_object {
    uintptr_t base;
    const char *path;
    const Elf64_Phdr *headers;
    Elf64_Half header_count;
};

struct clinux_object_search {
    uintptr_t address;
    const char *path;
};

static inline int clinux_contains(struct clinux_loaded_object *object, size_t size, void *data)
{
    struct clinux_object_search *search = data;
    (void)size;
    for (int index = 0; index < object->header_count; index++) {
        const Elf64_Phdr *header = &object->headers[index];
        if (header->p_type != PT_LOAD || search->address - object->base - header->p_vaddr >= header->p_memsz) continue;
        search->path = object->path;
        return 1;
    }
    return 0;
}

// The path of the object that contains `address`; null if there is none. dladdr(3) would need more than the C library
// before glibc 2.34.
static inline const char *clinux_object_path(const void *address)
{
    struct clinux_object_search search = {.address = (uintptr_t)address};
    int dl_iterate_phdr(int (*)(struct clinux_loaded_object *, size_t, void *), void *);
    dl_iterate_phdr(clinux_contains, &search);
    return search.path;
}

#endif
