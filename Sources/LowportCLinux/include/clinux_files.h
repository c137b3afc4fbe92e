// SPDX-License-Identifier: Apache-2.0
// open(2), openat(2) and fcntl(2) are variadic; getdents64(2) and renameat2(2) flags need syscall numbers.
#ifndef CLINUX_FILES_H
#define CLINUX_FILES_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// fcntl.h declares these only for _GNU_SOURCE, which the Swift importer lacks.
enum {
    clinux_O_PATH = 010000000,
    clinux_O_TMPFILE = 020000000 | O_DIRECTORY, // Which is another bit on aarch64.
    clinux_AT_EMPTY_PATH = 0x1000,
};

static inline int clinux_openat(int directory, const char *path, int flags, unsigned mode)
{
    return openat(directory, path, flags, mode);
}

// openat2(2), which libc has no function for: no component of the path may be a symbolic link, as those of proc(5) are.
static inline int clinux_open_without_links(int directory, const char *path, int flags)
{
    struct open_how how = {.flags = (__u64)(unsigned)flags, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof(how));
}

// fstat(2) and fstatat(2) by number: glibc has functions of these names only from 2.33 on. The structure is the kernel's.
static inline int clinux_fstat(int descriptor, struct stat *status)
{
    return (int)syscall(SYS_fstat, descriptor, status);
}

static inline int clinux_fstatat(int directory, const char *path, struct stat *status, int flags)
{
    return (int)syscall(SYS_newfstatat, directory, path, status, flags);
}

static inline int clinux_fcntl(int descriptor, int command, long argument)
{
    return fcntl(descriptor, command, argument);
}

// Takes a read lease, which the kernel refuses while the file is open for writing, and releases it: 0 without a writer, -1 and
// EAGAIN with one. A writer that opens the file meanwhile waits, and the kernel sends this process a signal whose default
// action would terminate it.
static inline int clinux_try_read_lease(int descriptor)
{
    enum { F_SETLEASE_ = 1024 };
    void (*before)(int) = signal(SIGIO, SIG_IGN);
    int result = fcntl(descriptor, F_SETLEASE_, F_RDLCK);
    int error = errno;
    if (result == 0) fcntl(descriptor, F_SETLEASE_, F_UNLCK);
    if (before != SIG_ERR) signal(SIGIO, before);
    errno = error;
    return result;
}

// Closes all descriptors from `first` on (close_range(2), Linux 5.9). Before, and under a filter that does not know the call, all
// numbers below 1,048,576, the kernel's default of fs.nr_open.
void clinux_close_from(unsigned first);

static inline long clinux_getdents64(int descriptor, void *buffer, size_t size)
{
    return syscall(SYS_getdents64, descriptor, buffer, size);
}

// ioctl(2) is variadic.
static inline int clinux_terminal_columns(int descriptor)
{
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == -1 ? -1 : size.ws_col;
}

#endif
