// SPDX-License-Identifier: Apache-2.0
// What the files of this module share: the loaded functions, and the constants of OpenSSL's headers, which are not needed to
// build.
#ifndef CTLS_OPENSSL_H
#define CTLS_OPENSSL_H

#include "LowportCTLS.h"
#include "symbols.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define DECLARE(result, name, parameters) result(*name) parameters;
struct ctls_functions { CTLS_SYMBOLS(DECLARE) };
extern struct ctls_functions openssl;

// In a code of an error: the rest is an errno.
#define ERROR_IS_OF_SYSTEM 0x80000000U

struct ctls_connection {
    void *ssl;
    // The error of the last system call that failed.
    int error;
    // Whether the server asked for a certificate.
    int was_asked;
    // For datagrams: the socket, its peer, and how many more datagrams may be taken from it.
    int descriptor;
    int has_peer;
    int budget;
    struct sockaddr_storage peer;
    socklen_t peer_size;
};

// From openssl/ssl.h, openssl/err.h and openssl/bio.h.
enum {
    CONTROL_SET_MTU = 17,
    CONTROL_MODE = 33,
    CONTROL_CACHE_MODE = 44,
    CONTROL_SERVER_NAME = 55,
    CONTROL_GET_TIMEOUT = 73,
    CONTROL_HANDLE_TIMEOUT = 74,
    CONTROL_LEAST_VERSION = 123,
    MODE_PARTIAL_WRITE = 1,
    MODE_MOVING_BUFFER = 2,
    OPTION_NO_MTU_QUERY = 1 << 12,
    OPTION_COOKIE_EXCHANGE = 1 << 13,
    OPTION_NO_TICKET = 1 << 14,
    ERROR_SSL = 1,
    ERROR_WANT_READ = 2,
    ERROR_WANT_WRITE = 3,
    ERROR_SYSCALL = 5,
    ERROR_ZERO_RETURN = 6,
    LIBRARY_SSL = 20,
    REASON_VERIFY_FAILED = 134,
    REASON_HTTP_REQUEST = 156,
    REASON_PACKET_TOO_LONG = 198,
    REASON_WRONG_VERSION = 267,
    REASON_UNEXPECTED_EOF = 294,
    // The reason of an alert is its number and this one.
    REASON_ALERT = 1000,
    FILE_PEM = 1,
    VERIFY_PEER = 1,
    VERIFY_MANDATORY = 2,
    TLS_1_2 = 0x0303,
    DTLS_1_2 = 0xFEFD,
    TEXT_UTF8 = 0x1000,
    ALPN_ACCEPTED = 0,
    ALPN_IGNORED = 3,
};

// Lets the connection use its socket of datagrams. Returns whether that worked.
int ctls_use_datagrams(ctls_connection *connection);
// Sets the functions of a listener for the cookies by which a sender proves its address. Returns whether that worked.
int ctls_use_cookies(void *context);
// Puts the first error of the queue into `message`, after `what`, and clears the others.
void ctls_put_message(const char *what, char *message, size_t size);

#endif
