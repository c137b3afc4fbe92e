// SPDX-License-Identifier: Apache-2.0
// Resource limits, whose names are an enumeration of libc's own.
#ifndef CLINUX_LIMITS_H
#define CLINUX_LIMITS_H

#include <sys/resource.h>

// The number of descriptors this process may have open; 0 on failure.
static inline unsigned long clinux_descriptor_limit(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

// Raises that limit up to the hard limit; never lowers it.
static inline void clinux_raise_descriptor_limit(unsigned long wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (wanted > limit.rlim_max)
        wanted = limit.rlim_max;
    if (wanted <= limit.rlim_cur)
        return;
    limit.rlim_cur = wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

#endif
