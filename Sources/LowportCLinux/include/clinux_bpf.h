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

// For binds with the attachment, or for a tracepoint if its number is not 0.
static inline int clinux_bpf_program_load(const void *instructions, unsigned count, unsigned attach_type,
                                          unsigned tracepoint, const char *name, const char *license, char *log,
                                          unsigned log_size)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.prog_type = tracepoint ? BPF_PROG_TYPE_TRACING : BPF_PROG_TYPE_CGROUP_SOCK_ADDR;
    a.expected_attach_type = tracepoint ? BPF_TRACE_RAW_TP : attach_type;
    a.attach_btf_id = tracepoint;
    a.insns = (unsigned long)instructions;
    a.insn_cnt = count;
    a.license = (unsigned long)license;
    a.log_buf = (unsigned long)log;
    a.log_size = log_size;
    a.log_level = log_size ? 1 : 0;
    strncpy(a.prog_name, name, sizeof a.prog_name - 1);
    return clinux_bpf(BPF_PROG_LOAD, &a);
}

static inline int clinux_bpf_tracepoint_open(int program)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.raw_tracepoint.prog_fd = (unsigned)program;
    return clinux_bpf(BPF_RAW_TRACEPOINT_OPEN, &a);
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

// Detaches the program of a link, even if another process holds the link or a pin of it (Linux 5.9).
static inline int clinux_bpf_link_detach(int link)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.link_detach.link_fd = (unsigned)link;
    return clinux_bpf(BPF_LINK_DETACH, &a);
}

// BPF_OBJ_PIN and BPF_OBJ_GET. A relative path starts at `directory`, by a flag of Linux 6.5 that headers may lack; -1 omits
// the flag.
static inline int clinux_bpf_object(int command, int descriptor, int directory, const char *path)
{
    struct {
        unsigned long long path;
        unsigned descriptor, flags;
        int directory;
    } object;
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    memset(&object, 0, sizeof object);
    object.path = (unsigned long)path;
    object.descriptor = (unsigned)descriptor;
    object.flags = directory < 0 ? 0 : 1u << 14;
    object.directory = directory < 0 ? 0 : directory;
    memcpy(&a, &object, sizeof object);
    return clinux_bpf(command, &a);
}

static inline int clinux_bpf_pin(int descriptor, int directory, const char *path)
{
    return clinux_bpf_object(BPF_OBJ_PIN, descriptor, directory, path);
}

static inline int clinux_bpf_get(int directory, const char *path)
{
    return clinux_bpf_object(BPF_OBJ_GET, 0, directory, path);
}

// The IDs of the programs attached to a control group itself; ENOSPC if there are more than `count`.
static inline int clinux_bpf_query(int cgroup, unsigned attach_type, unsigned *identifiers, unsigned *count)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.query.target_fd = (unsigned)cgroup;
    a.query.attach_type = attach_type;
    a.query.prog_ids = (unsigned long)identifiers;
    a.query.prog_cnt = *count;
    int result = clinux_bpf(BPF_PROG_QUERY, &a);
    *count = a.query.prog_cnt;
    return result;
}

// The ID of the link after the ID `*identifier`; ENOENT after the last.
static inline int clinux_bpf_next_link(unsigned *identifier)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.start_id = *identifier;
    int result = clinux_bpf(BPF_LINK_GET_NEXT_ID, &a);
    *identifier = a.next_id;
    return result;
}

static inline int clinux_bpf_link_by_id(unsigned identifier)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.link_id = identifier;
    return clinux_bpf(BPF_LINK_GET_FD_BY_ID, &a);
}

static inline int clinux_bpf_map_by_id(unsigned identifier)
{
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.map_id = identifier;
    return clinux_bpf(BPF_MAP_GET_FD_BY_ID, &a);
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
    unsigned type, identifier, program, attach_type;
    unsigned long long cgroup;
};

static inline int clinux_bpf_link_info(int link, struct clinux_bpf_link *result)
{
    struct bpf_link_info info;
    if (clinux_bpf_info(link, &info, sizeof info) != 0) return -1;
    result->type = info.type;
    result->identifier = info.id;
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

// The ID of a program.
static inline int clinux_bpf_program_id(int program, unsigned *identifier)
{
    struct bpf_prog_info info;
    if (clinux_bpf_info(program, &info, sizeof info) != 0) return -1;
    *identifier = info.id;
    return 0;
}

// The IDs of the maps that a program uses: the first `*count` of them, and their number.
static inline int clinux_bpf_program_maps(int program, unsigned *identifiers, unsigned *count)
{
    struct bpf_prog_info info;
    union bpf_attr a;
    memset(&info, 0, sizeof info);
    memset(&a, 0, sizeof a);
    info.nr_map_ids = *count;
    info.map_ids = (unsigned long)identifiers;
    a.info.bpf_fd = (unsigned)program;
    a.info.info_len = sizeof info;
    a.info.info = (unsigned long)&info;
    int result = clinux_bpf(BPF_OBJ_GET_INFO_BY_FD, &a);
    *count = info.nr_map_ids;
    return result;
}

struct clinux_bpf_map {
    unsigned type, identifier, key_size, value_size, entries;
    char name[BPF_OBJ_NAME_LEN];
};

// EINVAL if the descriptor is no map: what others have there is no type of a map with these sizes.
static inline int clinux_bpf_map_info(int map, struct clinux_bpf_map *result)
{
    struct bpf_map_info info;
    if (clinux_bpf_info(map, &info, sizeof info) != 0) return -1;
    result->type = info.type;
    result->identifier = info.id;
    result->key_size = info.key_size;
    result->value_size = info.value_size;
    result->entries = info.max_entries;
    memcpy(result->name, info.name, BPF_OBJ_NAME_LEN);
    return 0;
}

// Shared memory of a map; null and errno on failure.
static inline void *clinux_map_memory(int map, size_t size, int protection, long offset)
{
    return mmap(NULL, size, protection, MAP_SHARED, map, offset); // MAP_FAILED is -1.
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

static inline bool clinux_is_cgroup_file_system(unsigned type) { return type == 0x63677270; }

#endif
