// SPDX-License-Identifier: Apache-2.0
// The version of all programs of the project, which each of them carries as text that can be found in its file.
#ifndef CLINUX_VERSION_H
#define CLINUX_VERSION_H

#define CLINUX_VERSION "0.2.0"

static inline const char *clinux_version(void) { return CLINUX_VERSION; }

#endif
