// SPDX-License-Identifier: Apache-2.0
// Clocks and calendar time.
#ifndef CLINUX_TIME_H
#define CLINUX_TIME_H

#include <time.h>

#endif
