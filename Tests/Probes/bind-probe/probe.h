// SPDX-License-Identifier: Apache-2.0
// A program that binds in all the ways that programs do, so that tests need no other. See probe.c.
#ifndef PROBE_H
#define PROBE_H

#define _GNU_SOURCE 1
#include <netinet/in.h>
#include <sys/socket.h>

// The address that the words `len=` and `scope=` shape.
struct target {
    struct sockaddr_storage address;
    socklen_t length;
};

// What the probe is working on.
extern int current;

// Reads an address and a port; ends the program if they are not of any family.
struct target target(const char *address, const char *port);
// A new socket for the family of the target, and whether binding it worked: 0 or errno.
int bind_new(struct target target);
// Carries out a word that makes life hard for a library inside the program; returns how many arguments it took, or -1.
int hostile(char **words);
// The same for a word about io_uring(7).
int ring_word(char **words);
// The same for a word about where, and how, `bind` is called.
int place_word(char **words);

#endif
