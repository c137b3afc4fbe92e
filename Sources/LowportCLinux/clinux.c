// SPDX-License-Identifier: Apache-2.0
#include "LowportCLinux.h"
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static volatile sig_atomic_t at_work;
static struct timespec armed;

static void end_work(int number)
{
    if (at_work) _exit(128 + number);
}

// A pending signal is seen to before anything else when a stopped process goes on, and so it never finishes what it
// began too long ago. An alarm that goes off while there is no work does no harm, so that it is set anew only when the
// last one is a second old: that costs nothing where one piece of work follows the other.
void clinux_begin_work(unsigned seconds)
{
    struct timespec now;
    at_work = 1;
    if (armed.tv_sec == 0) {
        struct sigaction action = {.sa_handler = end_work, .sa_flags = SA_RESTART};
        sigaction(SIGALRM, &action, 0);
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (armed.tv_sec != 0 && now.tv_sec <= armed.tv_sec) return;
    armed.tv_sec = now.tv_sec ? now.tv_sec : 1;
    alarm(seconds);
}

void clinux_end_work(void) { at_work = 0; }

void clinux_close_from(unsigned first)
{
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
    while (first < 1 << 20) close((int)first++);
}

// Swift takes its random numbers from arc4random_buf(3), which glibc has from 2.36 on. With this one, the programs start
// with older ones as well.
__attribute__((visibility("hidden"))) void arc4random_buf(void *buffer, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t count = getrandom((char *)buffer + done, size - done, 0);
        if (count > 0) done += (size_t)count;
        else if (errno != EINTR) abort();
    }
}

// As what(1) looks for it. Nothing refers to it, so that the linker has to be told to keep it.
__attribute__((used, retain, section(".lowport.version"))) static const char version[] = "@(#)lowport " CLINUX_VERSION;
