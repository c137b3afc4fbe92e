// SPDX-License-Identifier: Apache-2.0
// The entry of libFuzzer, which no header declares.
#ifndef CFUZZ_H
#define CFUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*test)(const uint8_t *data, size_t size));

#endif
