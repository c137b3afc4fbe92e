// SPDX-License-Identifier: Apache-2.0
// Starts the helper inside another program without side effects on it: no SIGCHLD, nothing to wait for, no copy of its memory,
// no lock. A child that shares its memory, and sends no signal when it ends, starts the helper and waits for it.
#ifndef CLINUX_HELPER_CALL_H
#define CLINUX_HELPER_CALL_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// In: the helper, its arguments and the socket. Out: the wait status, or the error that kept the helper from starting, or its
// status from being known. `stack` is the end of the memory for the stack of the process that is started next.
struct clinux_helper_call { const char *path; char *const *arguments; int socket, status, error; char *stack; };

// The stacks of both processes. They are not on the caller's, which has 8 KiB in a handler (SIGSTKSZ) and 16 KiB in the smallest
// thread (PTHREAD_STACK_MIN).
enum { clinux_helper_stack = 16384 };

enum { clinux_CLONE_VM = 0x100, clinux_CLONE_FILES = 0x400, clinux_CLONE_VFORK = 0x4000, clinux___WALL = 0x40000000 };
int clone(int (*start)(void *), void *stack, int flags, void *argument, ...);

static inline int clinux_helper_exec(void *argument)
{
    struct clinux_helper_call *call = argument;
    char *const environment[] = {0};
    if ((call->socket == 0 ? fcntl(0, F_SETFD, 0) : dup2(call->socket, 0)) >= 0) {
        syscall(SYS_close_range, 3, ~0U, 0);
        execve(call->path, call->arguments, environment);
    }
    call->error = errno;
    return 127;
}

static inline int clinux_helper_wait(void *argument)
{
    struct clinux_helper_call *call = argument;
    struct sigaction standard = {0}; // This process's own copy: SIGCHLD ignored would take the status away.
    sigaction(SIGCHLD, &standard, 0);
    char *stack = call->stack - clinux_helper_stack;
    int child = clone(clinux_helper_exec, stack, clinux_CLONE_VM | clinux_CLONE_VFORK, call);
    if (child < 0 || waitpid(child, &call->status, clinux___WALL) < 0) call->error = errno;
    return 0;
}

static inline void clinux_call_helper(struct clinux_helper_call *call)
{
    unsigned long all = ~0UL, mask; // Also the two signals that libc hides from sigprocmask.
    size_t size = 2 * clinux_helper_stack;
    call->status = -1; // No status of a child: one that nobody has written is not taken for success.
    call->error = 0;
    char *stacks = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stacks == MAP_FAILED) {
        call->error = errno;
        return;
    }
    call->stack = stacks + size;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &mask, sizeof mask);
    int flags = clinux_CLONE_VM | clinux_CLONE_FILES | clinux_CLONE_VFORK;
    int child = clone(clinux_helper_wait, call->stack, flags, call);
    if (child < 0) call->error = errno; else waitpid(child, 0, clinux___WALL);
    if (call->error == 0 && call->status == -1) call->error = ECHILD;
    munmap(stacks, size);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
}

#endif
