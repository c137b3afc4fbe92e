// SPDX-License-Identifier: Apache-2.0
// Text in memory of the caller, for code that runs inside other programs and may use nothing else.
#ifndef CLINUX_TEXT_H
#define CLINUX_TEXT_H

#include <stddef.h>
#include <stdint.h>

// What does not fit is dropped, but for the NUL at the end of a string, for which there is always room.
struct clinux_text { char *memory; size_t capacity, length; };

static inline void clinux_put(struct clinux_text *text, char byte)
{
    if (text->length + 1 < text->capacity || (byte == 0 && text->length < text->capacity)) text->memory[text->length++] = byte;
}

static inline void clinux_put_string(struct clinux_text *text, const char *string)
{
    while (*string) clinux_put(text, *string++);
}

static inline void clinux_put_hexadecimal(struct clinux_text *text, uint32_t value, int digits)
{
    while (digits-- > 0) clinux_put(text, "0123456789abcdef"[value >> (digits * 4) & 15]);
}

static inline void clinux_put_decimal(struct clinux_text *text, uint32_t value)
{
    if (value >= 10) clinux_put_decimal(text, value / 10);
    clinux_put(text, (char)('0' + value % 10));
}

// Ends the string before, if there is one, and returns the start of the next.
static inline char *clinux_start(struct clinux_text *text)
{
    if (text->length > 0) clinux_put(text, 0);
    return text->memory + text->length;
}

#endif
