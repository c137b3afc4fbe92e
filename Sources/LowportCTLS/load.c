// SPDX-License-Identifier: Apache-2.0
#include "openssl.h"

#include <dlfcn.h>

struct ctls_functions openssl;

// In a program that is linked statically there is no loader, and before glibc 2.34 it is in a library of its own.
extern __typeof__(dlopen) dlopen __attribute__((weak));
extern __typeof__(dlsym) dlsym __attribute__((weak));
extern __typeof__(dlerror) dlerror __attribute__((weak));

const char *ctls_load(void)
{
    static void *library;
    if (library)
        return NULL;
    if (!dlopen || !dlsym || !dlerror)
        return "libssl.so.3 cannot be loaded: that takes nc linked dynamically, and glibc 2.34 or later";
    void *opened = dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL);
    if (!opened)
        return dlerror();
    // This finds the functions of libcrypto as well, since libssl depends on it.
#define LOAD(result, name, parameters) \
    if (!(openssl.name = (result(*) parameters)dlsym(opened, #name))) \
        return "libssl.so.3 has no " #name;
    CTLS_SYMBOLS(LOAD)
    library = opened;
    return NULL;
}
