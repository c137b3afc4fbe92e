// SPDX-License-Identifier: Apache-2.0
// Extended attributes; getxattrat(2) is newer than libc's headers.
#ifndef CLINUX_XATTR_H
#define CLINUX_XATTR_H

#include <linux/types.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

// Linux 6.13; the same number on every architecture, as for all system calls since 403.
enum { clinux_SYS_getxattrat = 464 };

// struct xattr_args of <linux/xattr.h>.
struct clinux_xattr_arguments {
    __aligned_u64 value;
    __u32 size;
    __u32 flags;
};

static inline long clinux_getxattrat(int directory, const char *path, int flags, const char *name, void *value,
                                     size_t size)
{
    struct clinux_xattr_arguments arguments = {.value = (__u64)(unsigned long)value, .size = (__u32)size};
    return syscall(clinux_SYS_getxattrat, directory, path, flags, name, &arguments, sizeof(arguments));
}

#endif
