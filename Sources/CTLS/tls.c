// SPDX-License-Identifier: Apache-2.0
#include "CTLS.h"
#include "symbols.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DECLARE(result, name, parameters) result(*name) parameters;
static struct { CTLS_SYMBOLS(DECLARE) } openssl;

// From openssl/ssl.h and openssl/err.h, which are not needed to build.
enum {
    CONTROL_MODE = 33,
    CONTROL_SERVER_NAME = 55,
    CONTROL_LEAST_VERSION = 123,
    MODE_PARTIAL_WRITE = 1,
    MODE_MOVING_BUFFER = 2,
    ERROR_SSL = 1,
    ERROR_WANT_READ = 2,
    ERROR_WANT_WRITE = 3,
    ERROR_SYSCALL = 5,
    ERROR_ZERO_RETURN = 6,
    REASON_UNEXPECTED_EOF = 294,
    FILE_PEM = 1,
    VERIFY_PEER = 1,
    TLS_1_2 = 0x0303,
    TEXT_UTF8 = 0x1000,
    ALPN_ACCEPTED = 0,
    ALPN_IGNORED = 3,
};

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

// Puts the first error of the queue into `message`, and clears the others.
static void put_message(const char *what, char *message, size_t size)
{
    unsigned long code = openssl.ERR_get_error();
    const char *reason = code ? openssl.ERR_reason_error_string(code) : NULL;
    openssl.ERR_clear_error();
    snprintf(message, size, "%s%s%s", what, reason ? ": " : "", reason ? reason : "");
}

// A key and a self-signed certificate for this one connection.
static int use_throwaway_certificate(void *context)
{
    void *key = openssl.EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    void *certificate = openssl.X509_new();
    int done = 0;
    if (key && certificate) {
        void *name = openssl.X509_get_subject_name(certificate);
        done = openssl.X509_set_version(certificate, 2)
            && openssl.ASN1_INTEGER_set(openssl.X509_get_serialNumber(certificate), (long)time(NULL))
            && openssl.X509_gmtime_adj(openssl.X509_getm_notBefore(certificate), -3600)
            && openssl.X509_gmtime_adj(openssl.X509_getm_notAfter(certificate), 365L * 24 * 3600)
            && openssl.X509_set_pubkey(certificate, key)
            && openssl.X509_NAME_add_entry_by_txt(name, "CN", TEXT_UTF8, (const unsigned char *)"localhost", -1, -1, 0)
            && openssl.X509_set_issuer_name(certificate, name)
            && openssl.X509_sign(certificate, key, openssl.EVP_sha256())
            && openssl.SSL_CTX_use_certificate(context, certificate) && openssl.SSL_CTX_use_PrivateKey(context, key);
    }
    openssl.X509_free(certificate);
    openssl.EVP_PKEY_free(key);
    return done;
}

static int select_protocol(void *ssl, const unsigned char **out, unsigned char *length, const unsigned char *offered,
                           unsigned offered_length, void *argument)
{
    (void)ssl;
    const struct ctls_settings *ours = argument;
    unsigned char *selected;
    // 1 means a common protocol; the type of `out` differs between the two functions.
    if (openssl.SSL_select_next_proto(&selected, length, ours->protocols, ours->protocols_length, offered,
                                      offered_length) != 1)
        return ALPN_IGNORED;
    *out = selected;
    return ALPN_ACCEPTED;
}

static int set_up_context(void *context, const struct ctls_settings *settings, char *message, size_t size)
{
    openssl.SSL_CTX_ctrl(context, CONTROL_LEAST_VERSION, TLS_1_2, NULL);
    openssl.SSL_CTX_ctrl(context, CONTROL_MODE, MODE_PARTIAL_WRITE | MODE_MOVING_BUFFER, NULL);
    if (settings->ciphers && !openssl.SSL_CTX_set_cipher_list(context, settings->ciphers)
        && !openssl.SSL_CTX_set_ciphersuites(context, settings->ciphers))
        return put_message("ciphers", message, size), 0;
    if (settings->certificate) {
        const char *key = settings->key ? settings->key : settings->certificate;
        if (openssl.SSL_CTX_use_certificate_chain_file(context, settings->certificate) != 1)
            return put_message("certificate", message, size), 0;
        if (openssl.SSL_CTX_use_PrivateKey_file(context, key, FILE_PEM) != 1)
            return put_message("key", message, size), 0;
    } else if (settings->is_server && !use_throwaway_certificate(context)) {
        return put_message("cannot make a certificate", message, size), 0;
    }
    if (settings->trust_file ? openssl.SSL_CTX_load_verify_file(context, settings->trust_file) != 1
                             : settings->verifies && openssl.SSL_CTX_set_default_verify_paths(context) != 1)
        return put_message("trusted certificates", message, size), 0;
    // 2 is SSL_VERIFY_FAIL_IF_NO_PEER_CERT, for servers.
    if (settings->verifies)
        openssl.SSL_CTX_set_verify(context, VERIFY_PEER | 2, NULL);
    if (settings->protocols && settings->is_server)
        openssl.SSL_CTX_set_alpn_select_cb(context, (void *)select_protocol, (void *)settings);
    else if (settings->protocols
             && openssl.SSL_CTX_set_alpn_protos(context, settings->protocols, settings->protocols_length) != 0)
        return put_message("protocols", message, size), 0;
    return 1;
}

static int set_up_connection(void *ssl, const struct ctls_settings *settings)
{
    if (settings->is_server) {
        openssl.SSL_set_accept_state(ssl);
        return 1;
    }
    openssl.SSL_set_connect_state(ssl);
    if (!settings->server_name)
        return 1;
    // SNI does not permit addresses (RFC 6066, 3).
    if (settings->server_is_address)
        return openssl.X509_VERIFY_PARAM_set1_ip_asc(openssl.SSL_get0_param(ssl), settings->server_name);
    return openssl.SSL_ctrl(ssl, CONTROL_SERVER_NAME, 0, (void *)settings->server_name) == 1
        && openssl.SSL_set1_host(ssl, settings->server_name);
}

void *ctls_new(const struct ctls_settings *settings, int descriptor, char *message, size_t size)
{
    void *context = openssl.SSL_CTX_new(openssl.TLS_method());
    if (!context)
        return put_message("cannot begin", message, size), NULL;
    void *ssl = NULL;
    if (set_up_context(context, settings, message, size)) {
        ssl = openssl.SSL_new(context);
        if (!ssl || !openssl.SSL_set_fd(ssl, descriptor) || !set_up_connection(ssl, settings)) {
            put_message("cannot begin", message, size);
            openssl.SSL_free(ssl);
            ssl = NULL;
        }
    }
    // The connection holds its own reference to the context.
    openssl.SSL_CTX_free(context);
    return ssl;
}

static long outcome(void *connection, int result)
{
    switch (openssl.SSL_get_error(connection, result)) {
    case ERROR_WANT_READ: return ctls_wants_read;
    case ERROR_WANT_WRITE: return ctls_wants_write;
    case ERROR_ZERO_RETURN: return ctls_end;
    case ERROR_SYSCALL: return errno ? ctls_failed : ctls_truncated;
    default: break;
    }
    // The low bits contain the reason.
    int is_end = (openssl.ERR_get_error() & 0x7FFFFF) == REASON_UNEXPECTED_EOF;
    openssl.ERR_clear_error();
    errno = EPROTO;
    return is_end ? ctls_truncated : ctls_failed;
}

int ctls_handshake(void *connection, char *message, size_t size)
{
    openssl.ERR_clear_error();
    errno = 0;
    int result = openssl.SSL_do_handshake(connection);
    if (result == 1)
        return 1;
    int error = openssl.SSL_get_error(connection, result);
    if (error == ERROR_WANT_READ)
        return ctls_wants_read;
    if (error == ERROR_WANT_WRITE)
        return ctls_wants_write;
    long verdict = openssl.SSL_get_verify_result(connection);
    if (error == ERROR_SSL && verdict != 0) {
        openssl.ERR_clear_error();
        snprintf(message, size, "certificate: %s", openssl.X509_verify_cert_error_string(verdict));
    } else if (error == ERROR_SYSCALL) {
        openssl.ERR_clear_error();
        snprintf(message, size, "%s", errno ? strerror(errno) : "the peer closed the connection");
    } else {
        put_message("handshake", message, size);
    }
    return ctls_failed;
}

// OpenSSL takes sizes as int.
static int limited(size_t count) { return count > 1 << 30 ? 1 << 30 : (int)count; }

long ctls_read(void *connection, void *bytes, size_t count)
{
    openssl.ERR_clear_error();
    errno = 0;
    int result = openssl.SSL_read(connection, bytes, limited(count));
    return result > 0 ? result : outcome(connection, result);
}

long ctls_write(void *connection, const void *bytes, size_t count)
{
    openssl.ERR_clear_error();
    errno = 0;
    int result = openssl.SSL_write(connection, bytes, limited(count));
    return result > 0 ? result : outcome(connection, result);
}

int ctls_has_pending(void *connection) { return openssl.SSL_has_pending(connection); }

void ctls_shut_down(void *connection)
{
    openssl.SSL_shutdown(connection);
    openssl.ERR_clear_error();
}

void ctls_free(void *connection) { openssl.SSL_free(connection); }

void ctls_describe(void *connection, char *text, size_t size)
{
    const unsigned char *protocol = NULL;
    unsigned length = 0;
    openssl.SSL_get0_alpn_selected(connection, &protocol, &length);
    const void *cipher = openssl.SSL_get_current_cipher(connection);
    size_t used = (size_t)snprintf(text, size, "%s, %s", openssl.SSL_get_version(connection),
                                   cipher ? openssl.SSL_CIPHER_get_name(cipher) : "no cipher");
    if (length && used < size)
        used += (size_t)snprintf(text + used, size - used, ", protocol ");
    // The peer chose this name; a line feed in it would begin another line of this text.
    for (unsigned index = 0; index < length && used + 1 < size; index++) {
        text[used++] = protocol[index] > 0x20 && protocol[index] < 0x7F ? (char)protocol[index] : '?';
        text[used] = '\0';
    }
    void *certificate = openssl.SSL_get1_peer_certificate(connection);
    if (!certificate)
        return;
    unsigned char digest[64];
    unsigned count = 0;
    if (openssl.X509_digest(certificate, openssl.EVP_sha256(), digest, &count) && used < size)
        used += (size_t)snprintf(text + used, size - used, "\ncertificate SHA-256 ");
    for (unsigned index = 0; index < count && used < size; index++)
        used += (size_t)snprintf(text + used, size - used, "%02X", digest[index]);
    openssl.X509_free(certificate);
}
