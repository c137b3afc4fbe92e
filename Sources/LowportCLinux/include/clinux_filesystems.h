// SPDX-License-Identifier: Apache-2.0
// The kind of a file system: statfs(2), whose fields have types of libc, and the magic numbers of <linux/magic.h>.
#ifndef CLINUX_FILESYSTEMS_H
#define CLINUX_FILESYSTEMS_H

#include <linux/magic.h>
#include <stdbool.h>
#include <sys/vfs.h>

struct clinux_file_system {
    unsigned type;
    unsigned long flags;
};

static inline int clinux_fstatfs(int descriptor, struct clinux_file_system *result)
{
    struct statfs status;
    if (fstatfs(descriptor, &status) != 0)
        return -1;
    result->type = (unsigned)status.f_type;
    result->flags = (unsigned long)status.f_flags;
    return 0;
}

// Whether the files are on another machine.
static inline bool clinux_is_remote_file_system(unsigned type)
{
    switch (type) {
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case SMB2_SUPER_MAGIC:
    case CIFS_SUPER_MAGIC:
    case CEPH_SUPER_MAGIC:
    case CODA_SUPER_MAGIC:
    case AFS_SUPER_MAGIC:
    case AFS_FS_MAGIC:
    case NCP_SUPER_MAGIC:
    case V9FS_MAGIC:
    case FUSE_SUPER_MAGIC:
    case 0x0BD00BD0: // Lustre
    case 0x19830326: // BeeGFS
    case 0x20030528: // OrangeFS
    case 0x47504653: // GPFS
    case 0x786F4256: // shared directories of VirtualBox
    case 0xAAD7AAEA: // PanFS
    case 0xBACBACBC: // shared directories of VMware
        return true;
    default:
        return false;
    }
}

// Whether the kernel generates the files.
static inline bool clinux_is_virtual_file_system(unsigned type)
{
    switch (type) {
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case DEBUGFS_MAGIC:
    case TRACEFS_MAGIC:
    case SECURITYFS_MAGIC:
    case SELINUX_MAGIC:
    case SMACK_MAGIC:
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC:
    case BPF_FS_MAGIC:
    case DEVPTS_SUPER_MAGIC:
    case EFIVARFS_MAGIC:
    case PSTOREFS_MAGIC:
    case BINFMTFS_MAGIC:
    case BINDERFS_SUPER_MAGIC:
    case AUTOFS_SUPER_MAGIC:
    case RDTGROUP_SUPER_MAGIC:
    case NSFS_MAGIC:
    case 0x19800202: // mqueue
    case 0x62656570: // configfs
    case 0x65735543: // fusectl
    case 0x67596969: // rpc_pipefs
        return true;
    default:
        return false;
    }
}

#endif
