// SPDX-License-Identifier: Apache-2.0
// Binds that no system call bind(2) makes: io_uring(7), in all the ways in which the kernel carries them out.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define IS(text) (strcmp(*words, text) == 0)

// IORING_OP_BIND (Linux 6.11), which older headers do not have.
#define BIND_OPERATION 56

static int ring = -1, personality, flags;
static unsigned setup_flags, *tail, *completed, *wanted_head, mask;
static struct io_uring_sqe *entry;
static struct io_uring_cqe *results;

// Makes a ring of one entry, and says so if there is none to be had.
static void make_ring(unsigned wanted)
{
    struct io_uring_params p = {.flags = setup_flags = wanted};
    ring = syscall(SYS_io_uring_setup, 1, &p);
    if (ring < 0) { printf("ring %d\n", errno); exit(1); }
    size_t size = p.sq_off.array + p.sq_entries * sizeof(unsigned);
    size_t result_size = p.cq_off.cqes + p.cq_entries * sizeof *results;
    char *queue = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
    char *done = mmap(NULL, result_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_CQ_RING);
    entry = mmap(NULL, p.sq_entries * sizeof *entry, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
    *(unsigned *)(queue + p.sq_off.array) = 0;
    tail = (unsigned *)(queue + p.sq_off.tail);
    completed = (unsigned *)(done + p.cq_off.tail);
    wanted_head = (unsigned *)(done + p.cq_off.head);
    mask = *(unsigned *)(done + p.cq_off.ring_mask);
    results = (struct io_uring_cqe *)(done + p.cq_off.cqes);
}

// Has the kernel bind the current descriptor, and waits for what comes of it: 0 or an error.
static int bind_by_ring(struct target at)
{
    memset(entry, 0, sizeof *entry);
    entry->opcode = BIND_OPERATION;
    entry->fd = current;
    entry->addr = (unsigned long)&at.address;
    entry->off = at.length;
    entry->flags = flags;
    entry->personality = personality;
    unsigned head = *wanted_head;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
    unsigned enter = IORING_ENTER_GETEVENTS | (setup_flags & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0);
    while (__atomic_load_n(completed, __ATOMIC_ACQUIRE) == head)
        if (syscall(SYS_io_uring_enter, ring, 1, 1, enter, NULL, 0) < 0 && errno != EINTR) return errno;
    int result = results[head & mask].res;
    __atomic_store_n(wanted_head, head + 1, __ATOMIC_RELEASE);
    return -result;
}

int ring_word(char **words)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    if (IS("ring")) return make_ring(0), 0;
    // A thread of the kernel takes the orders, with the credentials of whoever made the ring.
    if (IS("ring-thread")) return make_ring(IORING_SETUP_SQPOLL), 0;
    // Another thread of the kernel carries each order out.
    if (IS("ring-async")) return flags = IOSQE_ASYNC, 0;
    // Orders are carried out with the credentials of now.
    if (IS("ring-remember")) return personality = syscall(SYS_io_uring_register, ring, IORING_REGISTER_PERSONALITY, NULL, 0), 0;
    if (IS("ring-forget")) return personality = 0, 0;
    // The process goes into the control group of that file, with all its threads.
    if (IS("enter-group")) {
        int file = open(words[1], O_WRONLY);
        if (write(file, "0", 1) != 1) printf("enter-group %d\n", errno);
        return close(file), 1;
    }
    if (IS("ring-bind")) {
        int result = bind_by_ring(target(words[1], words[2]));
        if (result) printf("ring-bind %d\n", result); else printf("ring-bind ok\n");
        return 2;
    }
    return -1;
}
