// SPDX-License-Identifier: Apache-2.0
// Processes: identities, exec, waiting, signals.
#ifndef CLINUX_PROCESSES_H
#define CLINUX_PROCESSES_H

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
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

// A set of signals as the kernel has it. Those of the C libraries differ in which real-time signals they leave out.
static inline sigset_t clinux_signal_set(unsigned long long bits)
{
    sigset_t set;
    memset(&set, 0, sizeof set);
    memcpy(&set, &bits, sizeof bits);
    return set;
}
static inline void clinux_signal_mask(int how, const sigset_t *set, sigset_t *before)
{
    syscall(SYS_rt_sigprocmask, how, set, before, sizeof(unsigned long long));
}
// All but 32 and 33, by which the threads of a C library reach each other.
#define CLINUX_ALL_SIGNALS (~(3ULL << 31))

// Holds every signal that can be held from this thread, and gives which were held before; or puts that back.
static inline void clinux_hold_signals(sigset_t *before)
{
    sigset_t all = clinux_signal_set(CLINUX_ALL_SIGNALS);
    *before = clinux_signal_set(0);
    clinux_signal_mask(SIG_SETMASK, &all, before);
}
static inline void clinux_release_signals(const sigset_t *before) { clinux_signal_mask(SIG_SETMASK, before, NULL); }

// A descriptor that is readable when any signal came; they have to be held (signalfd(2)).
static inline int clinux_all_signals_descriptor(void)
{
    sigset_t all = clinux_signal_set(CLINUX_ALL_SIGNALS);
    return signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
}

// Lets a signal do what it does by default, now if it came already, and holds it again if this process goes on.
static inline void clinux_let_signal_act(int number)
{
    sigset_t set = clinux_signal_set(1ULL << (number - 1));
    signal(number, SIG_DFL);
    clinux_signal_mask(SIG_UNBLOCK, &set, NULL);
    clinux_signal_mask(SIG_BLOCK, &set, NULL);
}

// Takes back a signal that came and is held.
static inline void clinux_discard_signal(int number)
{
    signal(number, SIG_IGN);
    signal(number, SIG_DFL);
}

// rt_sigqueueinfo(2) does not accept the sender of another process; the value of the signal is sent along.
static inline int clinux_send_signal(pid_t process, int number, int has_value, void *value)
{
    union sigval carried;
    carried.sival_ptr = value;
    return has_value ? sigqueue(process, number, carried) : kill(process, number);
}

// The macros of wait(2): 0 and the exit status, 1 and the signal that ended it, 2 and the signal that stopped it, 3.
static inline int clinux_wait_kind(int status, int *detail)
{
    if (WIFEXITED(status)) return *detail = WEXITSTATUS(status), 0;
    if (WIFSIGNALED(status)) return *detail = WTERMSIG(status), 1;
    if (WIFSTOPPED(status)) return *detail = WSTOPSIG(status), 2;
    return *detail = 0, 3;
}

static inline void clinux_no_core(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

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
