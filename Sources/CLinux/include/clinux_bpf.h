// SPDX-License-Identifier: Apache-2.0
// bpf(2), for which libc has no prototype and whose argument is a union of unnamed structures; the memory of ring
// buffers, which needs ordered access; and what the life of a policy takes beside it.
#ifndef CLINUX_BPF_H
#define CLINUX_BPF_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <grp.h>
#include <linux/bpf.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { clinux_SO_NETNS_COOKIE = 71, clinux_BPF_CALL_SIZE = sizeof(union bpf_attr) };

static inline int clinux_bpf(int command, union bpf_attr *arguments)
{
    return (int)syscall(SYS_bpf, command, arguments, sizeof *arguments);
}

static inline int clinux_bpf_map_create(unsigned type, unsigned key_size, unsigned value_size, unsigned entries,
                                        unsigned flags, const char *name)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.map_type = type;
    a.key_size = key_size;
    a.value_size = value_size;
    a.max_entries = entries;
    a.map_flags = flags;
    strncpy(a.map_name, name, sizeof a.map_name - 1);
    return clinux_bpf(BPF_MAP_CREATE, &a);
}

// One of the BPF_MAP_*_ELEM commands; `value` is the next key for BPF_MAP_GET_NEXT_KEY.
static inline int clinux_bpf_map_element(int command, int map, const void *key, void *value, unsigned long long flags)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.map_fd = (unsigned)map;
    a.key = (unsigned long)key;
    a.value = (unsigned long)value;
    a.flags = flags;
    return clinux_bpf(command, &a);
}

static inline int clinux_bpf_map_freeze(int map)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.map_fd = (unsigned)map;
    return clinux_bpf(BPF_MAP_FREEZE, &a);
}

static inline int clinux_bpf_program_load(const void *instructions, unsigned count, unsigned attach_type,
                                          const char *name, const char *license, char *log, unsigned log_size)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR;
    a.expected_attach_type = attach_type;
    a.insns = (unsigned long)instructions;
    a.insn_cnt = count;
    a.license = (unsigned long)license;
    a.log_buf = (unsigned long)log;
    a.log_size = log_size;
    a.log_level = log_size ? 1 : 0;
    strncpy(a.prog_name, name, sizeof a.prog_name - 1);
    return clinux_bpf(BPF_PROG_LOAD, &a);
}

static inline int clinux_bpf_link_create(int program, int target, unsigned attach_type)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.link_create.prog_fd = (unsigned)program;
    a.link_create.target_fd = (unsigned)target;
    a.link_create.attach_type = attach_type;
    return clinux_bpf(BPF_LINK_CREATE, &a);
}

static inline int clinux_bpf_link_update(int link, int program)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.link_update.link_fd = (unsigned)link;
    a.link_update.new_prog_fd = (unsigned)program;
    return clinux_bpf(BPF_LINK_UPDATE, &a);
}

static inline int clinux_bpf_pin(int descriptor, const char *path)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.pathname = (unsigned long)path;
    a.bpf_fd = (unsigned)descriptor;
    return clinux_bpf(BPF_OBJ_PIN, &a);
}

static inline int clinux_bpf_get(const char *path)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.pathname = (unsigned long)path;
    return clinux_bpf(BPF_OBJ_GET, &a);
}

static inline int clinux_bpf_program_by_id(unsigned identifier)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.prog_id = identifier;
    return clinux_bpf(BPF_PROG_GET_FD_BY_ID, &a);
}

static inline int clinux_bpf_info(int descriptor, void *info, unsigned size)
{
    union bpf_attr a;
    memset(info, 0, size);
    memset(&a, 0, sizeof a);
    a.info.bpf_fd = (unsigned)descriptor;
    a.info.info_len = size;
    a.info.info = (unsigned long)info;
    return clinux_bpf(BPF_OBJ_GET_INFO_BY_FD, &a);
}

struct clinux_bpf_link {
    unsigned type, program, attach_type;
    unsigned long long cgroup;
};

static inline int clinux_bpf_link_info(int link, struct clinux_bpf_link *result)
{
    struct bpf_link_info info;
    if (clinux_bpf_info(link, &info, sizeof info) != 0) return -1;
    result->type = info.type;
    result->program = info.prog_id;
    result->attach_type = info.cgroup.attach_type;
    result->cgroup = info.cgroup.cgroup_id;
    return 0;
}

static inline int clinux_bpf_program_name(int program, char name[BPF_OBJ_NAME_LEN])
{
    struct bpf_prog_info info;
    if (clinux_bpf_info(program, &info, sizeof info) != 0) return -1;
    memcpy(name, info.name, BPF_OBJ_NAME_LEN);
    return 0;
}

// Shared memory of a map; null and errno on failure.
static inline void *clinux_map_memory(int map, size_t size, int protection, long offset)
{
    void *memory = mmap(NULL, size, protection, MAP_SHARED, map, offset);
    return memory == MAP_FAILED ? NULL : memory;
}

static inline unsigned long clinux_load_acquire(const unsigned long *place)
{
    return __atomic_load_n(place, __ATOMIC_ACQUIRE);
}

static inline unsigned clinux_load_acquire_word(const unsigned *place)
{
    return __atomic_load_n(place, __ATOMIC_ACQUIRE);
}

static inline void clinux_store_release(unsigned long *place, unsigned long value)
{
    __atomic_store_n(place, value, __ATOMIC_RELEASE);
}

static inline int clinux_mount_bpf(const char *path)
{
    return mount("bpf", path, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700");
}

static inline bool clinux_is_bpf_file_system(unsigned type) { return type == 0xCAFE4A11; }

#endif
