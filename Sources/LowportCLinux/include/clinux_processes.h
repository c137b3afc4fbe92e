// SPDX-License-Identifier: Apache-2.0
// Processes: identities, exec, waiting, signals.
#ifndef CLINUX_PROCESSES_H
#define CLINUX_PROCESSES_H

#include <fcntl.h>
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

// Whether this process may execute the file (execveat(2), AT_EXECVE_CHECK): nothing is executed. EINVAL before Linux 6.14.
static inline int clinux_check_execution(const char *path)
{
    char *none[] = {(char *)path, 0};
    return (int)syscall(SYS_execveat, AT_FDCWD, path, none, none + 1, 0x10000);
}

static inline int clinux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
    return prctl(option, a, b, c, d);
}

// Swift cannot import fork(2), which its runtime does not survive: only for programs without one.
static inline int clinux_fork(void) { return fork(); }

// As fork(2), for a child that sends no signal when it ends, so that nothing is pending for a program that blocks SIGCHLD, and
// that can be waited for though SIGCHLD is ignored (clone(2)). It runs none of the handlers of pthread_atfork(3).
static inline int clinux_fork_silently(void) { return (int)syscall(SYS_clone, 0UL, 0UL, 0UL, 0UL, 0UL); }

// Waits for a child of either kind, and reaps it.
static inline int clinux_wait_for(pid_t child, int *status) { return waitpid(child, status, __WALL); }
// Waits for a child of either kind, and leaves it as it is (waitid(2), WNOWAIT).
static inline int clinux_wait_until_ended(pid_t child)
{
    siginfo_t ignored;
    return waitid(P_PID, (id_t)child, &ignored, WEXITED | WNOWAIT | __WALL);
}

// SIG_DFL and SIG_IGN are casts, and sigaction's handler is a union.
static inline int clinux_signal_default(int number) { return signal(number, SIG_DFL) == SIG_ERR ? -1 : 0; }
static inline int clinux_signal_ignore(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

// A signal set in the kernel's form. The C libraries' sets omit different real-time signals.
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
// All but 32 and 33, which C libraries use between threads.
#define CLINUX_ALL_SIGNALS (~(3ULL << 31))

// Blocks every signal for this thread and returns the former mask; or restores that mask.
static inline void clinux_hold_signals(sigset_t *before)
{
    sigset_t all = clinux_signal_set(CLINUX_ALL_SIGNALS);
    *before = clinux_signal_set(0);
    clinux_signal_mask(SIG_SETMASK, &all, before);
}
static inline void clinux_release_signals(const sigset_t *before) { clinux_signal_mask(SIG_SETMASK, before, NULL); }

// A descriptor that is readable when a signal is pending; all must be blocked (signalfd(2)).
static inline int clinux_all_signals_descriptor(void)
{
    sigset_t all = clinux_signal_set(CLINUX_ALL_SIGNALS);
    return signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
}

// Resets a signal to its default action and unblocks it, so that a pending one acts; blocks it again if the process survives.
static inline void clinux_let_signal_act(int number)
{
    sigset_t set = clinux_signal_set(1ULL << (number - 1));
    signal(number, SIG_DFL);
    clinux_signal_mask(SIG_UNBLOCK, &set, NULL);
    clinux_signal_mask(SIG_BLOCK, &set, NULL);
}

// Discards a pending, blocked signal.
static inline void clinux_discard_signal(int number)
{
    signal(number, SIG_IGN);
    signal(number, SIG_DFL);
}

// rt_sigqueueinfo(2) does not accept another sender; the value of the signal is sent along.
static inline int clinux_send_signal(pid_t process, int number, int has_value, void *value)
{
    union sigval carried;
    carried.sival_ptr = value;
    return has_value ? sigqueue(process, number, carried) : kill(process, number);
}

// The macros of wait(2): 0 and the exit status, 1 and the signal that killed it, 2 and the signal that stopped it, 3.
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

// Starts a program on the terminal, with default actions for the keyboard's two signals, whatever the caller set. Swift may not
// access the variable of the environment. Returns an error number.
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

enum { clinux_POSIX_SPAWN_SETSID = 0x80 }; // Only with _GNU_SOURCE: POSIX_SPAWN_SETSID.

// Starts a program, in a session of its own, whose standard output is a descriptor, and whose other standard descriptors are
// /dev/null. Returns an error number.
static inline int clinux_spawn_captured(pid_t *child, const char *path, char *const *arguments, int output)
{
    extern char **environ;
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) return error;
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
    posix_spawnattr_t attributes;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        posix_spawnattr_setflags(&attributes, clinux_POSIX_SPAWN_SETSID);
        error = posix_spawn(child, path, &actions, &attributes, arguments, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

#endif
