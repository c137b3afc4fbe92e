// SPDX-License-Identifier: Apache-2.0
// A library that binds the port INJECT of 127.0.0.1 in whatever program loads it, and prints `injected: bound` or the name
// of the error. For LD_PRELOAD; compiled by ProgramBoundaryTests.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// As a library for LD_AUDIT (rtld-audit(7)).
unsigned la_version(unsigned version) { return version; }

__attribute__((constructor)) static void inject(void)
{
    const char *port = getenv("INJECT");
    if (!port) return;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int s = socket(AF_INET, SOCK_STREAM, 0);
    printf("injected: %s\n", bind(s, (void *)&a, sizeof a) ? strerrorname_np(errno) : "bound");
}
