// SPDX-License-Identifier: Apache-2.0
// TLS by OpenSSL 3, which is loaded on first use: programs that can encrypt start without it.
#ifndef CTLS_H
#define CTLS_H

#include <stddef.h>

// The settings of a connection. Absent texts are NULL.
struct ctls_settings {
    int is_server;
    int is_datagram;
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
    // `ctls_explain` says why.
    ctls_failed = -3,
    // It ended without close_notify; `ctls_explain` says how.
    ctls_cut_off = -4,
};

typedef struct ctls_connection ctls_connection;

// Loads the library. Returns NULL on success, otherwise the reason.
const char *ctls_load(void);

// A connection over the non-blocking `descriptor`; NULL on failure, with the reason in `message`. A client of datagrams is
// over a connected socket, a server of datagrams over one that is not connected yet.
ctls_connection *ctls_new(const struct ctls_settings *settings, int descriptor, char *message, size_t size);

// For a server of datagrams: answers the next datagram, and returns whether its sender has proven its address. The caller
// then connects the socket to the sender, and calls ctls_set_peer before the handshake.
int ctls_listen(ctls_connection *connection);
void ctls_set_peer(ctls_connection *connection);

// Returns 1 when done, or an outcome.
long ctls_handshake(ctls_connection *connection);

// After how many milliseconds the handshake has to be sent again; -1 means never. ctls_send_again does it, and returns 0 if
// it was sent often enough.
long ctls_timeout(ctls_connection *connection);
int ctls_send_again(ctls_connection *connection);

// Return the number of bytes moved, or an outcome.
long ctls_read(ctls_connection *connection, void *bytes, size_t count);
long ctls_write(ctls_connection *connection, const void *bytes, size_t count);

// Writes why the last call failed.
void ctls_explain(ctls_connection *connection, char *message, size_t size);

// Returns whether bytes can be read without receiving more.
int ctls_has_pending(ctls_connection *connection);

// Returns whether a reset is what ended the connection, after `ctls_cut_off`.
int ctls_was_reset(const ctls_connection *connection);

// Returns whether the server asked for a certificate, which it may refuse after the handshake (RFC 8446, 4.4.2.4).
int ctls_was_asked(const ctls_connection *connection);

// Sends close_notify.
void ctls_shut_down(ctls_connection *connection);
void ctls_free(ctls_connection *connection);

// Writes the version and cipher, the negotiated protocol, and the fingerprint of the peer's certificate (SHA-256, in
// hexadecimal).
void ctls_describe(ctls_connection *connection, char *text, size_t size);

#endif
