// SPDX-License-Identifier: Apache-2.0
// Of _FORTIFY_SOURCE, which glibc has functions for and musl has not: the checks themselves.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int __snprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, ...);

int __snprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, ...)
{
    va_list arguments;
    (void)flag;
    if (size > room) abort();
    va_start(arguments, format);
    int length = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    return length;
}
