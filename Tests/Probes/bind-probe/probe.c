// SPDX-License-Identifier: Apache-2.0
// bind-probe WORD...: carries out the words in order, on the current descriptor, and prints what the results are.
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int current = -1;
static int wanted_length, wanted_scope, output = 1;

#define IS(text) (strcmp(word, text) == 0)

struct target target(const char *address, const char *port)
{
    struct target target = {.length = sizeof(struct sockaddr_in)};
    struct sockaddr_in *v4 = (void *)&target.address;
    struct sockaddr_in6 *v6 = (void *)&target.address;
    if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(atoi(port));
    } else if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(atoi(port));
        v6->sin6_scope_id = wanted_scope;
        target.length = sizeof *v6;
    } else {
        dprintf(2, "no address: %s\n", address);
        exit(99);
    }
    if (wanted_length) target.length = wanted_length;
    return target;
}

// Binds, and tells an errno that success has changed by 1000.
static int bind_it(int descriptor, const void *address, socklen_t length)
{
    errno = 77;
    if (bind(descriptor, address, length) != 0) return errno;
    return errno == 77 ? 0 : 1000;
}

int bind_new(struct target target)
{
    int descriptor = socket(target.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int result = bind_it(descriptor, &target.address, target.length);
    close(descriptor);
    return result;
}

static void say(const char *name, int value)
{
    if (value) dprintf(output, "%s %d\n", name, value); else dprintf(output, "%s ok\n", name);
}

static void say_state(void)
{
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    char text[INET6_ADDRSTRLEN] = "-";
    int port = 0;
    if (getsockname(current, (void *)&name, &length) == 0 && name.ss_family == AF_INET) {
        port = ntohs(((struct sockaddr_in *)&name)->sin_port);
        inet_ntop(AF_INET, &((struct sockaddr_in *)&name)->sin_addr, text, sizeof text);
    } else if (name.ss_family == AF_INET6) {
        port = ntohs(((struct sockaddr_in6 *)&name)->sin6_port);
        inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&name)->sin6_addr, text, sizeof text);
    }
    int reuse = 0, listening = 0;
    socklen_t size = sizeof reuse;
    getsockopt(current, SOL_SOCKET, SO_REUSEADDR, &reuse, &size);
    getsockopt(current, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size);
    dprintf(output, "state fd=%d %s %d nonblock=%d cloexec=%d reuse=%d listening=%d\n", current, text, port,
            !!(fcntl(current, F_GETFL) & O_NONBLOCK), fcntl(current, F_GETFD) & FD_CLOEXEC, reuse, listening);
}

// Starts a program with the current descriptor as its standard input, and says how it ended.
static void run(char **arguments)
{
    pid_t child = fork();
    if (child == 0) {
        if (current >= 0) dup2(current, 0); else close(0);
        execv(arguments[0], arguments);
        _exit(127);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFSIGNALED(status)) dprintf(output, "helper signal %d\n", WTERMSIG(status));
    else say("helper", WEXITSTATUS(status));
}

static int option(const char *word)
{
    static const struct { const char *name; int level, option, value; } options[] = {
        {"reuseaddr", SOL_SOCKET, SO_REUSEADDR, 1}, {"reuseport", SOL_SOCKET, SO_REUSEPORT, 1},
        {"freebind", IPPROTO_IP, IP_FREEBIND, 1}, {"v6only", IPPROTO_IPV6, IPV6_V6ONLY, 1},
        {"dual", IPPROTO_IPV6, IPV6_V6ONLY, 0},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (!IS(options[i].name)) continue;
        setsockopt(current, options[i].level, options[i].option, &options[i].value, sizeof(int));
        return 1;
    }
    return 0;
}

static int make_socket(const char *word)
{
    static const struct { const char *name; int domain, type, protocol; } kinds[] = {
        {"tcp4", AF_INET, SOCK_STREAM, 0}, {"tcp6", AF_INET6, SOCK_STREAM, 0}, {"udp4", AF_INET, SOCK_DGRAM, 0},
        {"udp6", AF_INET6, SOCK_DGRAM, 0}, {"udplite4", AF_INET, SOCK_DGRAM, 136}, {"mptcp4", AF_INET, SOCK_STREAM, 262},
        {"raw4", AF_INET, SOCK_RAW, 1}, {"unix", AF_UNIX, SOCK_STREAM, 0}, {"netlink", AF_NETLINK, SOCK_DGRAM, 0},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!IS(kinds[i].name)) continue;
        current = socket(kinds[i].domain, kinds[i].type, kinds[i].protocol);
        if (current < 0) say("socket", errno);
        return 1;
    }
    return 0;
}

int main(int count, char **words)
{
    struct target at;
    for (char **next = words + 1; next < words + count; next++) {
        const char *word = *next;
        if (make_socket(word) || option(word)) continue;
        if (strncmp(word, "len=", 4) == 0) wanted_length = atoi(word + 4);
        else if (strncmp(word, "scope=", 6) == 0) wanted_scope = atoi(word + 6);
        else if (IS("nonblock")) fcntl(current, F_SETFL, O_NONBLOCK);
        else if (IS("cloexec")) fcntl(current, F_SETFD, FD_CLOEXEC);
        else if (IS("none")) current = -1;
        else if (IS("file")) current = open("/dev/null", O_RDWR);
        else if (IS("path")) current = open("/", O_PATH);
        else if (IS("listen")) say("listen", listen(current, 5) ? errno : 0);
        else if (IS("state")) say_state();
        else if (IS("null")) say("null", bind_it(current, NULL, 16));
        else if (IS("badptr")) say("badptr", bind_it(current, (void *)8, 16));
        else if (IS("quiet-output")) output = fcntl(1, F_DUPFD_CLOEXEC, 500);
        else if (IS("close-standard")) close(0), close(1), close(2);
        else if (IS("close-all")) syscall(SYS_close_range, 0, 499, 0);
        else if (IS("dup")) { int to = atoi(*++next); dup2(current, to); current = to; }
        else if (IS("bind")) { at = target(next[1], next[2]), next += 2; say("bind", bind_it(current, &at.address, at.length)); }
        else if (IS("sysbind")) { at = target(next[1], next[2]), next += 2; say("sysbind", syscall(SYS_bind, current, &at.address, at.length) ? errno : 0); }
        else if (IS("connect")) { at = target(next[1], next[2]), next += 2; say("connect", connect(current, (void *)&at.address, at.length) ? errno : 0); }
        else if (IS("exec")) { execv(next[1], next + 1); say("exec", errno); return 1; }
        else if (IS("run")) { run(next + 1); return 0; }
        else {
            int taken = hostile(next);
            if (taken < 0) taken = ring_word(next);
            if (taken < 0) taken = place_word(next);
            if (taken < 0) { dprintf(2, "no such word: %s\n", word); return 99; }
            next += taken;
        }
    }
    return 0;
}
