// SPDX-License-Identifier: Apache-2.0
// `bind` for programs that this is linked into. As bind(2) itself, it can be called in every thread, after fork(2) and in the
// handler of a signal: it takes no lock and allocates nothing. C, since Swift calls its runtime in a build that is not optimized.
#include "LowportBind.h"
#include "clinux_helper_request.h"
#include "clinux_loader.h"
#include "clinux_notice.h"
#include "clinux_places.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

// The environment has no say in it, nor has the place of the program.
static const char *const places[] = {CLINUX_PLACES("lowport-helper")};

// The `bind` that the program would have without this one, for instance of a library that is preloaded; null for the system call.
static clinux_bind_function next_bind;

// Whether standard error, which was open at the start, gets the line about a refusal even if it is no terminal.
static bool is_verbose;

// Runs before main, while the program has one thread.
__attribute__((constructor)) static void prepare(void)
{
    next_bind = clinux_next_bind();
    is_verbose = getenv("LOWPORT_VERBOSE") && fcntl(2, F_GETFD) >= 0;
}

static const char *helper(void)
{
    for (size_t index = 0; index < sizeof places / sizeof places[0]; index++)
        if (access(places[index], F_OK) == 0) return places[index];
    return 0;
}

// Returns 0 if `socket` is bound now, EACCES if the kernel's refusal stands, or the error that an allowed bind ended with.
static int ask(const struct clinux_helper_request *request, int socket)
{
    const char *path = helper(), *reason = "Lowport is not installed";
    int start_error = 0, error = EACCES;
    if (path) {
        error = clinux_ask_helper(request, path, socket, &start_error);
        bool has_failed = start_error || error == ENOSYS || error == ENXIO;
        if (!has_failed && error != EPERM && error != EACCES) return error;
        reason = has_failed ? "the helper of Lowport fails" : clinux_refusal_reason(error);
    }
    if (is_verbose || isatty(2)) clinux_tell_refusal(request, socket, reason);
    return EACCES;
}

__attribute__((visibility("default"))) int bind(int socket, const struct sockaddr *address, socklen_t length)
{
    struct clinux_helper_request request;
    int error = errno;
    int result = next_bind ? next_bind(socket, address, length) : clinux_bind(socket, address, length);
    // With EACCES, the kernel has read the address of an internet socket, so that this process may read it too.
    if (result == 0 || errno != EACCES || !clinux_parse_request(&request, address, length)) return result;
    int refusal = ask(&request, socket);
    errno = refusal ? refusal : error;
    return refusal ? -1 : 0;
}
