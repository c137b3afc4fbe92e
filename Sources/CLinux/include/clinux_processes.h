// SPDX-License-Identifier: Apache-2.0
// Processes: identities, exec, waiting, signals.
#ifndef CLINUX_PROCESSES_H
#define CLINUX_PROCESSES_H

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static inline int clinux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
    return prctl(option, a, b, c, d);
}

// SIG_DFL and SIG_IGN are casts, and sigaction's handler is a union.
static inline int clinux_signal_default(int number) { return signal(number, SIG_DFL) == SIG_ERR ? -1 : 0; }
static inline int clinux_signal_ignore(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

#endif
