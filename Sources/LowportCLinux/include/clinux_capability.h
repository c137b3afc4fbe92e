// SPDX-License-Identifier: Apache-2.0
// capget(2) and capset(2): libc has no prototypes for them.
#ifndef CLINUX_CAPABILITY_H
#define CLINUX_CAPABILITY_H

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

// _LINUX_CAPABILITY_VERSION_3: two 32-bit words for each set, low word first.
struct clinux_capability_sets {
    __u32 effective[2];
    __u32 permitted[2];
    __u32 inheritable[2];
};

static inline int clinux_capget(int process, struct clinux_capability_sets *sets)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = process};
    struct __user_cap_data_struct data[2] = {{0}};
    if (syscall(SYS_capget, &header, data) != 0)
        return -1;
    for (int word = 0; word < 2; word++) {
        sets->effective[word] = data[word].effective;
        sets->permitted[word] = data[word].permitted;
        sets->inheritable[word] = data[word].inheritable;
    }
    return 0;
}

static inline int clinux_capset(const struct clinux_capability_sets *sets)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[2];
    for (int word = 0; word < 2; word++) {
        data[word].effective = sets->effective[word];
        data[word].permitted = sets->permitted[word];
        data[word].inheritable = sets->inheritable[word];
    }
    return (int)syscall(SYS_capset, &header, data);
}

#endif
