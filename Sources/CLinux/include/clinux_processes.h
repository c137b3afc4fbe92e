// SPDX-License-Identifier: Apache-2.0
// Processes: identities, exec, waiting, signals.
#ifndef CLINUX_PROCESSES_H
#define CLINUX_PROCESSES_H

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static inline int clinux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
    return prctl(option, a, b, c, d);
}

// fork(2) is hidden from Swift, whose runtime does not survive it: only for programs that have none.
static inline int clinux_fork(void) { return fork(); }

// SIG_DFL and SIG_IGN are casts, and sigaction's handler is a union.
static inline int clinux_signal_default(int number) { return signal(number, SIG_DFL) == SIG_ERR ? -1 : 0; }
static inline int clinux_signal_ignore(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

// Keeps every signal that can be kept from this thread, and says which were kept before; or puts that back.
static inline void clinux_hold_signals(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, before);
}
static inline void clinux_release_signals(const sigset_t *before) { pthread_sigmask(SIG_SETMASK, before, NULL); }

// Starts a program that has the terminal: with the two signals of its keyboard as they usually are, whatever the starter
// made of them. The environment is a variable that Swift may not touch. Returns an error number.
static inline int clinux_spawn_foreground(pid_t *child, const char *program, char *const *arguments)
{
    extern char **environ;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    int error = posix_spawnattr_init(&attributes);
    if (error != 0) return error;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGQUIT);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    error = posix_spawnp(child, program, 0, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    return error;
}

#endif
