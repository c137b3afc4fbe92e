// SPDX-License-Identifier: Apache-2.0
// Memory that processes share which were forked from each other, and numbers in it that each may change at any time.
#ifndef CLINUX_SHARED_H
#define CLINUX_SHARED_H

#include <stddef.h>
#include <sys/mman.h>

// All zero; MAP_FAILED is -1.
static inline void *clinux_share_memory(size_t size)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static inline long clinux_shared_number(const long *place) { return __atomic_load_n(place, __ATOMIC_SEQ_CST); }

static inline long clinux_add_to_shared(long *place, long amount)
{
    return __atomic_add_fetch(place, amount, __ATOMIC_SEQ_CST);
}

static inline int clinux_replace_shared(long *place, long old, long new_number)
{
    return __atomic_compare_exchange_n(place, &old, new_number, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

#endif
