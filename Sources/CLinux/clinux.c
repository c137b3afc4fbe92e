// SPDX-License-Identifier: Apache-2.0
#include "CLinux.h"
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

// As what(1) looks for it. Nothing refers to it, so that the linker has to be told to keep it.
__attribute__((used, retain, section(".lowport.version"))) static const char version[] = "@(#)lowport " CLINUX_VERSION;
