// SPDX-License-Identifier: Apache-2.0
// errno is a macro over a thread-local: Swift cannot see it.
#ifndef CLINUX_ERRNO_H
#define CLINUX_ERRNO_H

#include <errno.h>
#include <string.h>

static inline int clinux_errno(void) { return errno; }
static inline void clinux_set_errno(int value) { errno = value; }

// The POSIX variant of strerror_r, whatever the feature macros chose.
int __xpg_strerror_r(int number, char *buffer, size_t size);
static inline int clinux_strerror(int number, char *buffer, size_t size)
{
    return __xpg_strerror_r(number, buffer, size);
}

#endif
