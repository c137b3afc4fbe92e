// SPDX-License-Identifier: Apache-2.0
// What a program that is compiled with a new glibc needs to start with an old one (Scripts/c-library): functions that were
// not there, or had other names, and the start.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Before 2.33, these were functions of other names. The structure is the kernel's.
int fstatat(int directory, const char *path, struct stat *status, int flags)
{
    return (int)syscall(SYS_newfstatat, directory, path, status, flags);
}

int fstat(int descriptor, struct stat *status) { return (int)syscall(SYS_fstat, descriptor, status); }

int stat(const char *path, struct stat *status) { return fstatat(AT_FDCWD, path, status, 0); }

int lstat(const char *path, struct stat *status) { return fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW); }

// Whether the process has one thread, which the C++ library saves a lock by. Glibc says so since 2.32.
char __libc_single_threaded = 0;

// Before 2.34, the C library has the program call its constructors, and passes what to call for that. Later ones do the
// same if they are passed a function, and otherwise call the constructors themselves.
typedef void constructor(int, char **, char **);
extern constructor *__init_array_start[], *__init_array_end[];

static void construct(int count, char **arguments, char **environment)
{
    for (constructor **each = __init_array_start; each < __init_array_end; each++) (*each)(count, arguments, environment);
}

typedef int program(int, char **, char **);
int __real___libc_start_main(program *, int, char **, constructor *, void (*)(void), void (*)(void), void *);
int __wrap___libc_start_main(program *, int, char **, constructor *, void (*)(void), void (*)(void), void *);

int __wrap___libc_start_main(program *main, int count, char **arguments, constructor *first, void (*last)(void),
                             void (*loader)(void), void *stack)
{
    return __real___libc_start_main(main, count, arguments, first ? first : construct, last, loader, stack);
}
