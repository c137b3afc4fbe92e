// SPDX-License-Identifier: Apache-2.0
// What programs do that a library inside them must survive: signals, threads, reapers, limits, large memory.
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define IS(text) (strcmp(*words, text) == 0)

static atomic_int children, alarms, reaped;

static void count_child(int number) { (void)number; children++; }
static void count_alarm(int number) { (void)number; alarms++; }

static void handle(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigaction(number, &action, NULL);
}

static void start(void *(*body)(void *), void *argument, pthread_t *thread)
{
    pthread_t ignored;
    pthread_create(thread ? thread : &ignored, NULL, body, argument);
}

_Noreturn static void *reap(void *argument)
{
    (void)argument;
    for (;;) if (waitpid(-1, NULL, 0) > 0) reaped++; else usleep(200);
}

_Noreturn static void *change_environment(void *argument)
{
    (void)argument;
    char text[] = "valueX";
    for (int i = 0;; i++) { text[5] = 'a' + i % 26; setenv("PROBE_NOISE", text, 1); }
}

static atomic_int ready, passed;
static int together;

static void *bind_at_once(void *argument)
{
    struct target *at = argument;
    for (ready++; ready < together;) continue;
    if (bind_new(*at) == 0) passed++;
    return NULL;
}

static void threads(int count, const char *address, int port)
{
    pthread_t ids[256];
    struct target at[256];
    char text[8];
    together = count;
    for (int i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%d", port + i);
        at[i] = target(address, text);
        start(bind_at_once, &at[i], &ids[i]);
    }
    for (int i = 0; i < count; i++) pthread_join(ids[i], NULL);
    printf("threads %d/%d\n", passed, count);
}

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return difference < 0 ? -1 : difference > 0;
}

static double microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

// Binds again and again and prints how often it worked.
static void repeat(int count, struct target at)
{
    int worked = 0, last = 0;
    for (int i = 0; i < count; i++) {
        int result = bind_new(at);
        if (result == 0) worked++; else last = result;
    }
    printf("repeat %d/%d last=%d\n", worked, count, last);
}

// The same; prints the median times of the bind alone, and of it with the socket made and closed, in microseconds.
static void measure(int count, struct target at)
{
    double *binds = calloc(count, sizeof *binds), *wholes = calloc(count, sizeof *wholes);
    for (int i = 0; i < count; i++) {
        double start = microseconds();
        int descriptor = socket(at.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        double before = microseconds();
        if (bind(descriptor, (void *)&at.address, at.length) != 0) { printf("time failed\n"); return; }
        binds[i] = microseconds() - before;
        close(descriptor);
        wholes[i] = microseconds() - start;
    }
    qsort(binds, count, sizeof *binds, compare);
    qsort(wholes, count, sizeof *wholes, compare);
    printf("time %.1f %.1f\n", binds[count / 2], wholes[count / 2]);
}

static struct sockaddr_in shared;
static int other_port;

_Noreturn static void *flip(void *argument)
{
    (void)argument;
    in_port_t first = shared.sin_port, second = htons(other_port);
    for (;;) { shared.sin_port = first; shared.sin_port = second; }
}

// Binds an address whose port another thread changes all the time, and counts what the sockets were bound to.
static void bind_changing(int count, struct target at, int other)
{
    int first = 0, second = 0;
    memcpy(&shared, &at.address, sizeof shared);
    in_port_t port = shared.sin_port;
    other_port = other;
    start(flip, NULL, NULL);
    for (int i = 0; i < count; i++) {
        int descriptor = socket(AF_INET, SOCK_STREAM, 0);
        struct sockaddr_in name = {0};
        socklen_t length = sizeof name;
        if (bind(descriptor, (void *)&shared, sizeof shared) == 0) {
            getsockname(descriptor, (void *)&name, &length);
            if (name.sin_port == port) first++; else second++;
        }
        close(descriptor);
    }
    printf("changing %s other=%d\n", first > 0 ? "some" : "none", second);
}

// Gives up the right to bind TCP ports (landlock(7), ABI 4).
static int restrict_self(void)
{
    struct { unsigned long long files, net; } attributes = {0, 1};
    int ruleset = syscall(444, &attributes, sizeof attributes, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (ruleset < 0 || syscall(446, ruleset, 0) != 0) printf("landlock %d\n", errno);
    return 0;
}

static char *memory;
static size_t memory_size;

static void write_memory(void)
{
    for (size_t at = 0; at < memory_size; at += 4096) memory[at]++;
}

// Whether the pages of the process have to be copied or made writable again: what a fork in between does to them.
static void say_copied(void)
{
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    write_memory();
    getrusage(RUSAGE_SELF, &after);
    printf("copied %s\n", (size_t)(after.ru_minflt - before.ru_minflt) > memory_size / 8192 ? "yes" : "no");
}

// Gives up CAP_NET_BIND_SERVICE, number 10, as a server of root may.
static void drop_capability(void)
{
    struct { unsigned version; int process; } header = {0x20080522, 0};
    unsigned sets[6];
    syscall(SYS_capget, &header, sets);
    for (int i = 0; i < 3; i++) sets[i] &= ~(1U << 10);
    syscall(SYS_capset, &header, sets);
}

static void limit(int resource, const char *value)
{
    struct rlimit limit = {atoi(value), atoi(value)};
    setrlimit(resource, &limit);
}

int hostile(char **words)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    if (IS("ignore-children")) return signal(SIGCHLD, SIG_IGN), 0;
    if (IS("no-zombies")) return handle(SIGCHLD, SIG_DFL, SA_NOCLDWAIT), 0;
    if (IS("count-children")) return handle(SIGCHLD, count_child, SA_RESTART), 0;
    if (IS("children")) return printf("children %d reaped %d\n", children, reaped), 0;
    if (IS("reaper")) return start(reap, NULL, NULL), usleep(10000), 0;
    if (IS("setenv")) return start(change_environment, NULL, NULL), usleep(10000), 0;
    if (IS("no-new-privs")) return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0;
    if (IS("nproc")) return limit(RLIMIT_NPROC, words[1]), 1;
    if (IS("nofile")) return limit(RLIMIT_NOFILE, words[1]), 1;
    if (IS("fsize")) return limit(RLIMIT_FSIZE, words[1]), 1;
    if (IS("as")) return limit(RLIMIT_AS, words[1]), 1;
    if (IS("threads")) return threads(atoi(words[1]), words[2], atoi(words[3])), 3;
    if (IS("repeat")) return repeat(atoi(words[1]), target(words[2], words[3])), 3;
    if (IS("time")) return measure(atoi(words[1]), target(words[2], words[3])), 3;
    if (IS("rewrite")) return say_copied(), 0;
    if (IS("drop-capability")) return drop_capability(), 0;
    if (IS("hide")) return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (IS("landlock")) return restrict_self();
    if (IS("changing")) return bind_changing(atoi(words[1]), target(words[2], words[3]), atoi(words[4])), 4;
    if (IS("become")) return setgroups(0, NULL), setgid(atoi(words[1])), setuid(atoi(words[1])), 1;
    if (IS("pause")) return usleep(atoi(words[1]) * 1000), 1;
    if (IS("input")) return read(STDIN_FILENO, &(char){0}, 1) == 1 ? 0 : (exit(97), 0);
    if (IS("alarm")) return alarm(atoi(words[1])), 1;
    if (IS("children-fork")) {
        pid_t child = fork();
        if (child == 0) return 0;
        int status = 0;
        waitpid(child, &status, 0);
        exit(WEXITSTATUS(status));
    }
    if (IS("storm") || IS("harsh-storm")) {
        struct itimerval timer = {{0, atoi(words[1])}, {0, atoi(words[1])}};
        handle(SIGALRM, count_alarm, IS("storm") ? SA_RESTART : 0);
        return setitimer(ITIMER_REAL, &timer, NULL), 1;
    }
    if (IS("resident")) {
        memory_size = (size_t)atoi(words[1]) << 20;
        memory = mmap(NULL, memory_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        madvise(memory, memory_size, MADV_NOHUGEPAGE);
        write_memory();
        return 1;
    }
    return -1;
}
