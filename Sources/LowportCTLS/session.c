// SPDX-License-Identifier: Apache-2.0
// A connection at work: the handshake, reading and writing, and why it failed.
#include "openssl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ctls_put_message(const char *what, char *message, size_t size)
{
    unsigned long code = openssl.ERR_get_error();
    const char *reason = !code                   ? NULL
        : code & ERROR_IS_OF_SYSTEM              ? strerror((int)(code & ~(unsigned long)ERROR_IS_OF_SYSTEM))
                                                 : openssl.ERR_reason_error_string(code);
    openssl.ERR_clear_error();
    snprintf(message, size, "%s%s%s", what, reason ? ": " : "", reason ? reason : "");
}

static long outcome(ctls_connection *connection, int result)
{
    int error = errno;
    switch (openssl.SSL_get_error(connection->ssl, result)) {
    case ERROR_WANT_READ: return ctls_wants_read;
    case ERROR_WANT_WRITE: return ctls_wants_write;
    case ERROR_ZERO_RETURN: return ctls_end;
    case ERROR_SYSCALL:
        connection->error = error;
        // Everybody on the way can send a reset, so it is no more an end of the data than an end of the stream is.
        return !error || error == ECONNRESET || error == EPIPE || error == ECONNREFUSED ? ctls_cut_off : ctls_failed;
    default: break;
    }
    connection->error = 0;
    // The low bits contain the reason.
    return (openssl.ERR_peek_error() & 0x7FFFFF) == REASON_UNEXPECTED_EOF ? ctls_cut_off : ctls_failed;
}

long ctls_handshake(ctls_connection *connection)
{
    openssl.ERR_clear_error();
    errno = 0;
    int result = openssl.SSL_do_handshake(connection->ssl);
    return result == 1 ? 1 : outcome(connection, result);
}

// OpenSSL takes sizes as int, and a datagram of DTLS has a record at most.
static int limited(const ctls_connection *connection, size_t count)
{
    size_t most = connection->has_peer ? 16384 : 1 << 30;
    return (int)(count < most ? count : most);
}

long ctls_read(ctls_connection *connection, void *bytes, size_t count)
{
    openssl.ERR_clear_error();
    errno = 0;
    int result = openssl.SSL_read(connection->ssl, bytes, limited(connection, count));
    return result > 0 ? result : outcome(connection, result);
}

long ctls_write(ctls_connection *connection, const void *bytes, size_t count)
{
    openssl.ERR_clear_error();
    errno = 0;
    int result = openssl.SSL_write(connection->ssl, bytes, limited(connection, count));
    return result > 0 ? result : outcome(connection, result);
}

// Writes the name of an alert, or its number if it has none. OpenSSL 3.0 has those of TLS 1.3 only in its reasons, after the
// version, and those of extensions without the word "alert" (RFC 8446, 6.2).
static void put_alert(unsigned long code, char *message, size_t size)
{
    const char *reason = openssl.ERR_reason_error_string(code);
    const char *name = reason ? strstr(reason, "alert ") : NULL;
    if (name)
        snprintf(message, size, "the peer sent the alert: %s", name + strlen("alert "));
    else if (reason && !strncmp(reason, "tlsv1 ", strlen("tlsv1 ")))
        snprintf(message, size, "the peer sent the alert: %s", reason + strlen("tlsv1 "));
    else
        snprintf(message, size, "the peer sent the alert: number %lu", (code & 0x7FFFFF) - REASON_ALERT);
}

void ctls_explain(ctls_connection *connection, char *message, size_t size)
{
    unsigned long code = openssl.ERR_peek_error();
    unsigned long reason = code & 0x7FFFFF;
    int is_ssl = (code >> 23 & 0xFF) == LIBRARY_SSL && !(code & ERROR_IS_OF_SYSTEM);
    if (connection->error)
        snprintf(message, size, "%s", strerror(connection->error));
    else if (!code || (is_ssl && reason == REASON_UNEXPECTED_EOF))
        snprintf(message, size, "the peer closed the connection");
    else if (is_ssl && reason >= REASON_ALERT && reason < REASON_ALERT + 256)
        put_alert(code, message, size);
    else if (is_ssl && reason == REASON_VERIFY_FAILED)
        snprintf(message, size, "certificate: %s",
                 openssl.X509_verify_cert_error_string(openssl.SSL_get_verify_result(connection->ssl)));
    else
        ctls_put_message(openssl.SSL_is_init_finished(connection->ssl) ? "the data" : "handshake", message, size);
    if (is_ssl && (reason == REASON_WRONG_VERSION || reason == REASON_HTTP_REQUEST || reason == REASON_PACKET_TOO_LONG)) {
        size_t used = strlen(message);
        snprintf(message + used, size - used, " (does the peer use TLS?)");
    }
    openssl.ERR_clear_error();
}

// A part of a record is not pending: there is nothing to read before the rest of it.
int ctls_has_pending(ctls_connection *connection)
{
    return connection->has_peer ? openssl.SSL_has_pending(connection->ssl) : openssl.SSL_pending(connection->ssl) > 0;
}

int ctls_was_reset(const ctls_connection *connection) { return connection->error == ECONNRESET; }

int ctls_was_asked(const ctls_connection *connection) { return connection->was_asked; }

void ctls_shut_down(ctls_connection *connection)
{
    openssl.SSL_shutdown(connection->ssl);
    openssl.ERR_clear_error();
}

void ctls_free(ctls_connection *connection)
{
    if (connection)
        openssl.SSL_free(connection->ssl);
    free(connection);
}
