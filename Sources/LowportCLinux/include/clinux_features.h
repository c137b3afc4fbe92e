// SPDX-License-Identifier: Apache-2.0
// Queries for features of the kernel.
#ifndef CLINUX_FEATURES_H
#define CLINUX_FEATURES_H

#include <errno.h>
#include <linux/bpf.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

// Major version times 1000 plus minor version; 0 if the text has another form.
static inline int clinux_kernel_version(void)
{
    struct utsname name;
    int major = 0, minor = 0;
    if (uname(&name) != 0 || sscanf(name.release, "%d.%d", &major, &minor) != 2) return 0;
    return major * 1000 + minor;
}

// Without an attribute name the call always fails; only the error differs.
static inline int clinux_has_getxattrat(void)
{
    return syscall(464, -1, 0L, 0, 0L, 0L, 0L) != -1 || errno != ENOSYS;
}

// Creates the smallest map and closes it.
static inline int clinux_try_bpf(void)
{
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = 4;
    attributes.value_size = 4;
    attributes.max_entries = 1;
    int map = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
    return map < 0 ? -1 : close(map);
}

#endif
