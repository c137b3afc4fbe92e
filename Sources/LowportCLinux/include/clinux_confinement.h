// SPDX-License-Identifier: Apache-2.0
// What a privileged program changes in its own process first. signal.h has handlers as casts and masks as opaque arrays;
// unistd.h declares setresuid(2) and clearenv(3) only for _GNU_SOURCE.
#ifndef CLINUX_CONFINEMENT_H
#define CLINUX_CONFINEMENT_H

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Blocks all signals but `number`. The kernel's mask has 64 bits wherever Swift runs.
static inline void clinux_block_signals_except(int number)
{
    unsigned long mask = ~(1UL << (number - 1));
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
}

// The system call, not the function, which changes all threads: these programs have one.
static inline int clinux_setresuid(uid_t real, uid_t effective, uid_t saved)
{
    return (int)syscall(SYS_setresuid, real, effective, saved);
}

static inline int clinux_setresgid(gid_t real, gid_t effective, gid_t saved)
{
    return (int)syscall(SYS_setresgid, real, effective, saved);
}

int clearenv(void);

// In clinux.c, since they share a variable with a signal handler.
void clinux_begin_work(unsigned seconds);
void clinux_end_work(void);

#endif
