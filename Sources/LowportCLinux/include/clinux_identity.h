// SPDX-License-Identifier: Apache-2.0
// Changes of the IDs of a whole process: libc applies them to every thread, the bare system calls do not.
#ifndef CLINUX_IDENTITY_H
#define CLINUX_IDENTITY_H

#include <grp.h>
#include <sys/types.h>
#include <unistd.h>

// unistd.h declares these only for _GNU_SOURCE, which the Swift importer lacks.
int setresuid(uid_t real, uid_t effective, uid_t saved);
int setresgid(gid_t real, gid_t effective, gid_t saved);

static inline int clinux_become_user(uid_t user) { return setresuid(user, user, user); }
static inline int clinux_become_group(gid_t group) { return setresgid(group, group, group); }

#endif
