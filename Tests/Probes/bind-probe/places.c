// SPDX-License-Identifier: Apache-2.0
// Binds where only little of a program may be used, and by other ways than the name that the program is linked with.
#include "probe.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define IS(text) (strcmp(*words, text) == 0)

static struct target place;
static atomic_int results[2];

static void count(int error) { results[error != 0]++; }

static void bind_in_handler(int number)
{
    (void)number;
    int error = errno;
    count(bind_new(place));
    errno = error;
}

// Has the lock of the heap most of the time.
static void *allocate(void *argument)
{
    (void)argument;
    for (;;) free(realloc(malloc(1), 100000));
    return NULL;
}

// Binds in the handler of a signal that interrupts malloc(3) again and again. Each handler must have ended before the next
// signal is asked for: a bind takes longer than any fixed interval on a machine that is busy, and nothing else would run.
static void handlers(int number)
{
    struct sigaction action = {.sa_handler = bind_in_handler};
    struct itimerval soon = {{0, 0}, {0, 500}};
    sigaction(SIGALRM, &action, NULL);
    for (int done = 0; done < number && results[1] == 0; done++) {
        setitimer(ITIMER_REAL, &soon, NULL);
        while (results[0] == done && results[1] == 0) free(realloc(malloc(1), 100000));
    }
    printf(results[1] ? "handlers failed\n" : "handlers ok\n");
}

// Binds in a handler that has a stack of its own, of that many bytes.
static void small_stack(size_t size)
{
    // The page below it cannot be written.
    char *memory = mmap(NULL, size + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(memory, 4096, PROT_NONE);
    stack_t stack = {.ss_sp = memory + 4096, .ss_size = size};
    struct sigaction action = {.sa_handler = bind_in_handler, .sa_flags = SA_ONSTACK};
    if (sigaltstack(&stack, NULL) != 0) { printf("sigaltstack %d\n", errno); exit(1); }
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    printf(results[0] ? "stack ok\n" : "stack failed\n");
}

static void *bind_in_thread(void *argument) { return count(bind_new(place)), argument; }

// Binds in a thread with the smallest stack.
static void small_thread(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
    pthread_create(&thread, &attributes, bind_in_thread, NULL);
    pthread_join(thread, NULL);
    printf(results[0] ? "thread ok\n" : "thread failed\n");
}

// Binds in children of a process whose other thread is in malloc(3).
static void forks(int number)
{
    pthread_t thread;
    pthread_create(&thread, NULL, allocate, NULL);
    for (int index = 0; index < number; index++) {
        pid_t child = fork();
        if (child == 0) _exit(bind_new(place));
        int status = 1;
        waitpid(child, &status, 0);
        count(status);
    }
    printf("forks %d/%d\n", results[0], number);
}

// Binds by the function that `handle` has.
static void by(const char *name, void *handle)
{
    int (*function)(int, const void *, socklen_t) = (int (*)(int, const void *, socklen_t))dlsym(handle, "bind");
    if (!function) printf("%s none\n", name);
    else if (function(current, &place.address, place.length) == 0) printf("%s ok\n", name);
    else printf("%s %d\n", name, errno);
}

int place_word(char **words)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    if (IS("at")) return place = target(words[1], words[2]), 2;
    if (IS("handlers")) return handlers(atoi(words[1])), 1;
    if (IS("small-stack")) return small_stack(atoi(words[1])), 1;
    if (IS("small-thread")) return small_thread(), 0;
    if (IS("forks")) return forks(atoi(words[1])), 1;
    // As a library does that refers to `bind`, and one that looks it up in the C library.
    if (IS("by-name")) return by("by-name", NULL), 0;
    if (IS("by-library")) return by("by-library", dlopen("libc.so.6", RTLD_LAZY)), 0;
    return -1;
}
