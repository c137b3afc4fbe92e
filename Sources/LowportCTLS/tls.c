// SPDX-License-Identifier: Apache-2.0
#include "openssl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static int ctls_note_request(void *ssl, void *connection)
{
    (void)ssl;
    ((ctls_connection *)connection)->was_asked = 1;
    return 1;
}

static int set_up_context(void *context, const struct ctls_settings *settings, char *message, size_t size)
{
    openssl.SSL_CTX_ctrl(context, CONTROL_LEAST_VERSION, settings->is_datagram ? DTLS_1_2 : TLS_1_2, NULL);
    openssl.SSL_CTX_ctrl(context, CONTROL_MODE, MODE_PARTIAL_WRITE | MODE_MOVING_BUFFER, NULL);
    // No session is resumed, and a ticket that nobody reads would reset the connection of a client that only sends.
    openssl.SSL_CTX_ctrl(context, CONTROL_CACHE_MODE, 0, NULL);
    openssl.SSL_CTX_set_options(context, OPTION_NO_TICKET);
    openssl.SSL_CTX_set_num_tickets(context, 0);
    if (settings->ciphers && !openssl.SSL_CTX_set_cipher_list(context, settings->ciphers)
        && !openssl.SSL_CTX_set_ciphersuites(context, settings->ciphers))
        return ctls_put_message("ciphers", message, size), 0;
    if (settings->certificate) {
        const char *key = settings->key ? settings->key : settings->certificate;
        if (openssl.SSL_CTX_use_certificate_chain_file(context, settings->certificate) != 1)
            return ctls_put_message("certificate", message, size), 0;
        if (openssl.SSL_CTX_use_PrivateKey_file(context, key, FILE_PEM) != 1)
            return ctls_put_message("key", message, size), 0;
    } else if (settings->is_server && !use_throwaway_certificate(context)) {
        return ctls_put_message("cannot make a certificate", message, size), 0;
    }
    if (settings->trust_file ? openssl.SSL_CTX_load_verify_file(context, settings->trust_file) != 1
                             : settings->verifies && openssl.SSL_CTX_set_default_verify_paths(context) != 1)
        return ctls_put_message("trusted certificates", message, size), 0;
    if (settings->verifies)
        openssl.SSL_CTX_set_verify(context, VERIFY_PEER | VERIFY_MANDATORY, NULL);
    if (settings->is_server && settings->is_datagram && !ctls_use_cookies(context))
        return ctls_put_message("cookies", message, size), 0;
    if (settings->protocols && settings->is_server)
        openssl.SSL_CTX_set_alpn_select_cb(context, (void *)select_protocol, (void *)settings);
    else if (settings->protocols
             && openssl.SSL_CTX_set_alpn_protos(context, settings->protocols, settings->protocols_length) != 0)
        return ctls_put_message("protocols", message, size), 0;
    return 1;
}

static int set_up_connection(ctls_connection *connection, const struct ctls_settings *settings)
{
    void *ssl = connection->ssl;
    if (!(settings->is_datagram ? ctls_use_datagrams(connection) : openssl.SSL_set_fd(ssl, connection->descriptor)))
        return 0;
    if (settings->is_server) {
        openssl.SSL_set_accept_state(ssl);
        return 1;
    }
    if (settings->is_datagram)
        ctls_set_peer(connection);
    openssl.SSL_set_connect_state(ssl);
    openssl.SSL_set_cert_cb(ssl, (void *)ctls_note_request, connection);
    if (!settings->server_name)
        return 1;
    // SNI does not permit addresses (RFC 6066, 3).
    if (settings->server_is_address)
        return openssl.X509_VERIFY_PARAM_set1_ip_asc(openssl.SSL_get0_param(ssl), settings->server_name);
    return openssl.SSL_ctrl(ssl, CONTROL_SERVER_NAME, 0, (void *)settings->server_name) == 1
        && openssl.SSL_set1_host(ssl, settings->server_name);
}

ctls_connection *ctls_new(const struct ctls_settings *settings, int descriptor, char *message, size_t size)
{
    void *context = openssl.SSL_CTX_new(settings->is_datagram ? openssl.DTLS_method() : openssl.TLS_method());
    ctls_connection *connection = calloc(1, sizeof *connection);
    if (!context || !connection) {
        ctls_put_message("cannot begin", message, size);
    } else if (set_up_context(context, settings, message, size)) {
        connection->descriptor = descriptor;
        connection->ssl = openssl.SSL_new(context);
        if (connection->ssl && set_up_connection(connection, settings)) {
            // The connection holds its own reference to the context.
            openssl.SSL_CTX_free(context);
            return connection;
        }
        ctls_put_message("cannot begin", message, size);
    }
    openssl.SSL_CTX_free(context);
    ctls_free(connection);
    return NULL;
}

void ctls_describe(ctls_connection *session, char *text, size_t size)
{
    void *connection = session->ssl;
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
