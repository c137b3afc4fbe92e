// SPDX-License-Identifier: Apache-2.0
// TLS by OpenSSL 3, which is loaded on first use: programs that can encrypt start without it.
#ifndef CTLS_H
#define CTLS_H

#include <stddef.h>

// The settings of a connection. Absent texts are NULL.
struct ctls_settings {
    int is_server;
    int verifies;
    const char *certificate;
    const char *key;
    const char *trust_file;
    const char *ciphers;
    const char *server_name;   // asked for, and looked for in the certificate
    int server_is_address;
    const unsigned char *protocols;   // each with its length in front (RFC 7301)
    unsigned protocols_length;
};

enum ctls_outcome {
    ctls_end = 0,
    ctls_wants_read = -1,
    ctls_wants_write = -2,
    ctls_failed = -3,
    ctls_truncated = -4,
};

// Loads the library. Returns NULL on success, otherwise the reason.
const char *ctls_load(void);

// A connection over the non-blocking `descriptor`; NULL on failure, with the reason in `message`.
void *ctls_new(const struct ctls_settings *settings, int descriptor, char *message, size_t size);

// Returns 1 when done, or an outcome; after a failure, `message` contains the reason.
int ctls_handshake(void *connection, char *message, size_t size);

// Return the number of bytes moved, or an outcome.
long ctls_read(void *connection, void *bytes, size_t count);
long ctls_write(void *connection, const void *bytes, size_t count);

// Returns whether bytes can be read without receiving more.
int ctls_has_pending(void *connection);

// Sends close_notify.
void ctls_shut_down(void *connection);
void ctls_free(void *connection);

// Writes the version and cipher, the negotiated protocol, the fingerprint of the peer's certificate (SHA-256, in
// hexadecimal), and whether the certificate is trusted ("ok" or the reason why not).
void ctls_describe(void *connection, char *text, size_t size);

#endif
