// SPDX-License-Identifier: Apache-2.0
// escape WAY PORT [PROGRAM]: binds PORT of 127.0.0.1 and prints `bound` or the name of the error, after it has tried to
// get rid of the program by which it has the capability. Compiled and run by ProgramBoundaryTests.
//   plain       not at all
//   ambient     hands the capability to PROGRAM, which is executed with `plain`
//   executable  has its memory say that it executes PROGRAM, by a child in a user namespace that shares the memory
//   ring        hands an io_uring with its credentials to PROGRAM, which is executed with `lent`
//   lent        binds through that io_uring
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define RING 100
#define IORING_OP_BIND_ 56

static void fail(const char *what)
{
    printf("%s: %s\n", what, strerrorname_np(errno));
    exit(1);
}

static struct sockaddr_in place(const char *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return a;
}

static int say(int error)
{
    puts(error ? strerrorname_np(error) : "bound");
    return error != 0;
}

static int bind_plainly(const char *port)
{
    struct sockaddr_in a = place(port);
    return say(bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&a, sizeof a) ? errno : 0);
}

static void raise_ambient(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data)) fail("capget");
    data[0].inheritable |= 1 << CAP_NET_BIND_SERVICE;
    if (syscall(SYS_capset, &header, data)) fail("capset");
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0)) fail("ambient");
}

// Replaces the mappings of the file by copies, since a file that is mapped stays the executable.
static void unmap_file(void)
{
    char own[4096], line[4400];
    struct { unsigned long start, end; int protection; } parts[64];
    int count = 0;
    own[readlink("/proc/self/exe", own, sizeof own - 1)] = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps)) {
        char p[8];
        if (!strstr(line, own) || count == 64) continue;
        if (sscanf(line, "%lx-%lx %7s", &parts[count].start, &parts[count].end, p) != 3) continue;
        parts[count++].protection =
            (p[0] == 'r' ? PROT_READ : 0) | (p[1] == 'w' ? PROT_WRITE : 0) | (p[2] == 'x' ? PROT_EXEC : 0);
    }
    fclose(maps);
    for (int i = 0; i < count; i++) {
        size_t length = parts[i].end - parts[i].start;
        void *copy = mmap(0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        mprotect((void *)parts[i].start, length, parts[i].protection | PROT_READ);
        memcpy(copy, (void *)parts[i].start, length);
        mprotect(copy, length, parts[i].protection);
        mremap(copy, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)parts[i].start);
    }
}

static int change_executable(void *program)
{
    char text[4096];
    unsigned long fields[60] = {0};
    int stat = open("/proc/self/stat", O_RDONLY), number = 3;
    text[read(stat, text, sizeof text - 1)] = 0;
    for (char *word = strtok(strrchr(text, ')') + 2, " "); word && number < 60; word = strtok(0, " "))
        fields[number++] = strtoul(word, 0, 10);
    struct prctl_mm_map map = {
        .start_code = fields[26], .end_code = fields[27], .start_stack = fields[28], .start_data = fields[45],
        .end_data = fields[46], .start_brk = fields[47], .brk = (unsigned long)sbrk(0), .arg_start = fields[48],
        .arg_end = fields[49], .env_start = fields[50], .env_end = fields[51], .exe_fd = open(program, O_RDONLY),
    };
    _exit(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0) ? errno : 0);
}

static void execute_another(char *program)
{
    static char stack[1 << 16];
    int status;
    unmap_file();
    pid_t child = clone(change_executable, stack + sizeof stack, CLONE_VM | CLONE_NEWUSER | SIGCHLD, program);
    if (child < 0 || waitpid(child, &status, 0) < 0) fail("clone");
    if ((errno = WEXITSTATUS(status))) fail("executable");
}

static void lend_credentials(char *program, char *port)
{
    struct io_uring_params parameters = {0};
    char number[16];
    int ring = syscall(SYS_io_uring_setup, 4, &parameters);
    if (ring < 0) fail("io_uring");
    int personality = syscall(SYS_io_uring_register, ring, IORING_REGISTER_PERSONALITY, 0, 0);
    if (personality < 0) fail("personality");
    dup2(ring, RING);
    snprintf(number, sizeof number, "%d", personality);
    execl(program, program, "lent", port, number, (char *)0);
    fail(program);
}

static int bind_by_ring(const char *port, int personality)
{
    struct sockaddr_in a = place(port);
    int flags = MAP_SHARED | MAP_POPULATE;
    // The ring of four entries that was set up before: both rings are one mapping, and the offsets are fixed.
    struct io_uring_params p = {0};
    int same = syscall(SYS_io_uring_setup, 4, &p);
    if (same < 0) fail("io_uring");
    char *rings = mmap(0, p.sq_off.array + 4 * 4 + 4096, PROT_READ | PROT_WRITE, flags, RING, IORING_OFF_SQ_RING);
    struct io_uring_sqe *entries = mmap(0, 4096, PROT_READ | PROT_WRITE, flags, RING, IORING_OFF_SQES);
    if (rings == MAP_FAILED || entries == MAP_FAILED) fail("mmap");
    memset(entries, 0, sizeof *entries);
    entries[0].opcode = IORING_OP_BIND_;
    entries[0].fd = socket(AF_INET, SOCK_STREAM, 0);
    entries[0].addr = (unsigned long)&a;
    entries[0].addr2 = sizeof a;
    entries[0].personality = personality;
    ((unsigned *)(rings + p.sq_off.array))[0] = 0;
    *(volatile unsigned *)(rings + p.sq_off.tail) += 1;
    if (syscall(SYS_io_uring_enter, RING, 1, 1, IORING_ENTER_GETEVENTS, 0, 0) < 0) fail("enter");
    return say(-((struct io_uring_cqe *)(rings + p.cq_off.cqes))[0].res);
}

int main(int count, char **words)
{
    if (count < 3) return 2;
    char *way = words[1], *port = words[2], *program = words[3];
    if (!strcmp(way, "ambient")) {
        raise_ambient();
        execl(program, program, "plain", port, (char *)0);
        fail(program);
    }
    if (!strcmp(way, "executable")) execute_another(program);
    if (!strcmp(way, "ring")) lend_credentials(program, port);
    if (!strcmp(way, "lent")) return bind_by_ring(port, atoi(program));
    return bind_plainly(port);
}
