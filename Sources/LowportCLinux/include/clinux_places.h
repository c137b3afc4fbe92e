// SPDX-License-Identifier: Apache-2.0
// Where packages and `make install` put the parts of the project that people do not start themselves.
#ifndef CLINUX_PLACES_H
#define CLINUX_PLACES_H

#define CLINUX_PLACES(name) \
    "/usr/local/libexec/lowport/" name, "/usr/libexec/lowport/" name, "/usr/local/lib/lowport/" name, "/usr/lib/lowport/" name

// The directory with the number `index`, with a slash at its end; null after the last.
static inline const char *clinux_place(int index)
{
    static const char *const places[] = {CLINUX_PLACES("")};
    return index < (int)(sizeof places / sizeof places[0]) ? places[index] : 0;
}

#endif
