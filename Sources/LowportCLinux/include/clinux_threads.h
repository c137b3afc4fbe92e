// SPDX-License-Identifier: Apache-2.0
// Threads. The sets of processors are macros over a structure.
#ifndef CLINUX_THREADS_H
#define CLINUX_THREADS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

// Before glibc 2.34 they are in a library of their own, which the small programs are not linked with.
extern __typeof__(pthread_create) pthread_create __attribute__((weak));
extern __typeof__(pthread_join) pthread_join __attribute__((weak));

// As pthread_create(3); ENOSYS where the C library has no threads.
static inline int clinux_start_thread(pthread_t *thread, void *(*run)(void *), void *context)
{
    return pthread_create && pthread_join ? pthread_create(thread, 0, run, context) : ENOSYS;
}

// The number of processors this process may use; at least 1.
static inline int clinux_available_processors(void)
{
    // Room for 8192 processors: the kernel refuses a set that is smaller than its own.
    unsigned long set[128] = {0};
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof(set), set);
    int count = 0;
    for (long word = 0; word < bytes / (long)sizeof(set[0]); word++)
        count += __builtin_popcountl(set[word]);
    return count > 0 ? count : 1;
}

int sched_getcpu(void); // sched.h shows it only to _GNU_SOURCE.
static inline int clinux_processor(void) { return sched_getcpu(); }

static inline int clinux_processor_count(void)
{
    unsigned long set[128] = {0};
    long size = syscall(SYS_sched_getaffinity, 0, sizeof(set), set);
    int count = 0;
    for (long index = 0; index < size / (long)sizeof(long); index++) count += __builtin_popcountl(set[index]);
    return count;
}

static inline void clinux_stay_on_processor(int number)
{
    unsigned long set[128] = {0};
    set[number / 64 % 128] = 1UL << number % 64;
    syscall(SYS_sched_setaffinity, 0, sizeof(set), set);
}

// unshare(2) with CLONE_FS, which fcntl.h and sched.h show only to _GNU_SOURCE.
static inline int clinux_unshare_working_directory(void) { return (int)syscall(SYS_unshare, 0x00000200L); }

#endif
