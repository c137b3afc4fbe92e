// SPDX-License-Identifier: Apache-2.0
// TLS over datagrams (DTLS 1.2, RFC 6347): a BIO for the socket of one peer, and the cookies by which a sender proves its
// address before a listener does or keeps anything for it.
#include "openssl.h"

#include <errno.h>
#include <string.h>
#include <sys/time.h>

enum {
    CONTROL_FLUSH = 11,
    CONTROL_GET_PEER = 46,
    CONTROL_SET_PEER = 44,
    CONTROL_MTU_OVERHEAD = 49,
    BIO_SOURCE = 0x0400 | 0x7F,
    BIO_READ = 1,
    BIO_WRITE = 2,
    BIO_RETRY = 8,
    // What every path of IPv6 takes, without the headers (RFC 8200, 5).
    HANDSHAKE_MTU = 1280 - 40 - 8,
    SECRET_SIZE = 32,
    COOKIE_SIZE = 32,
};

// Blocking or not is a property that other processes share, so it is said in each call.
static int ctls_bio_write(void *bio, const char *bytes, int count)
{
    ctls_connection *connection = openssl.BIO_get_data(bio);
    openssl.BIO_clear_flags(bio, BIO_READ | BIO_WRITE | BIO_RETRY);
    ssize_t sent = connection->has_peer
        ? send(connection->descriptor, bytes, (size_t)count, MSG_DONTWAIT | MSG_NOSIGNAL)
        : sendto(connection->descriptor, bytes, (size_t)count, MSG_DONTWAIT | MSG_NOSIGNAL,
                 (const struct sockaddr *)&connection->peer, connection->peer_size);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        openssl.BIO_set_flags(bio, BIO_WRITE | BIO_RETRY);
    return (int)sent;
}

// Takes the next datagram of the peer; before there is a peer, its sender is noted.
static int ctls_bio_read(void *bio, char *bytes, int count)
{
    ctls_connection *connection = openssl.BIO_get_data(bio);
    openssl.BIO_clear_flags(bio, BIO_READ | BIO_WRITE | BIO_RETRY);
    while (connection->has_peer || connection->budget > 0) {
        struct sockaddr_storage sender;
        memset(&sender, 0, sizeof sender);
        socklen_t size = sizeof sender;
        ssize_t received = recvfrom(connection->descriptor, bytes, (size_t)count, MSG_DONTWAIT,
                                    (struct sockaddr *)&sender, &size);
        if (received < 0 && errno != EAGAIN && errno != EINTR)
            return -1;
        if (received < 0)
            break;
        if (!connection->has_peer) {
            connection->budget--;
            connection->peer = sender;
            connection->peer_size = size;
        } else if (size != connection->peer_size || memcmp(&sender, &connection->peer, size)) {
            // It came before the socket was connected.
            continue;
        }
        // Anybody can send an empty datagram, which must not look like an end.
        if (received > 0)
            return (int)received;
    }
    openssl.BIO_set_flags(bio, BIO_READ | BIO_RETRY);
    return -1;
}

static long ctls_bio_control(void *bio, int command, long number, void *pointer)
{
    (void)number;
    ctls_connection *connection = openssl.BIO_get_data(bio);
    switch (command) {
    case CONTROL_FLUSH:
    case CONTROL_SET_PEER: return 1;
    case CONTROL_GET_PEER: memcpy(pointer, &connection->peer, sizeof(struct sockaddr_in6)); return 1;
    case CONTROL_MTU_OVERHEAD: return 40 + 8;
    default: return 0;
    }
}

int ctls_use_datagrams(ctls_connection *connection)
{
    static void *method;
    if (!method) {
        void *made = openssl.BIO_meth_new(BIO_SOURCE, "datagrams");
        if (!made || !openssl.BIO_meth_set_write(made, (void *)ctls_bio_write)
            || !openssl.BIO_meth_set_read(made, (void *)ctls_bio_read)
            || !openssl.BIO_meth_set_ctrl(made, (void *)ctls_bio_control))
            return 0;
        method = made;
    }
    void *bio = openssl.BIO_new(method);
    if (!bio)
        return 0;
    openssl.BIO_set_data(bio, connection);
    openssl.BIO_set_init(bio, 1);
    openssl.SSL_set_bio(connection->ssl, bio, bio);
    openssl.SSL_set_options(connection->ssl, OPTION_NO_MTU_QUERY);
    openssl.SSL_ctrl(connection->ssl, CONTROL_SET_MTU, HANDSHAKE_MTU, NULL);
    return openssl.SSL_set_ex_data(connection->ssl, 0, connection);
}

void ctls_set_peer(ctls_connection *connection)
{
    connection->peer_size = sizeof connection->peer;
    memset(&connection->peer, 0, sizeof connection->peer);
    getpeername(connection->descriptor, (struct sockaddr *)&connection->peer, &connection->peer_size);
    connection->has_peer = 1;
}

// The address of the sender under a secret of this process: nothing has to be kept until it comes back.
static int ctls_put_cookie(void *ssl, unsigned char *cookie, unsigned *size)
{
    static unsigned char secret[SECRET_SIZE];
    static int is_secret;
    if (!is_secret && openssl.RAND_bytes(secret, SECRET_SIZE) != 1)
        return 0;
    is_secret = 1;
    const ctls_connection *connection = openssl.SSL_get_ex_data(ssl, 0);
    unsigned length = COOKIE_SIZE;
    if (!openssl.HMAC(openssl.EVP_sha256(), secret, SECRET_SIZE, (const unsigned char *)&connection->peer,
                      connection->peer_size, cookie, &length))
        return 0;
    *size = length;
    return 1;
}

static int ctls_check_cookie(void *ssl, const unsigned char *cookie, unsigned size)
{
    unsigned char expected[64];
    unsigned length = 0;
    return ctls_put_cookie(ssl, expected, &length) && size == length
        && openssl.CRYPTO_memcmp(cookie, expected, length) == 0;
}

int ctls_use_cookies(void *context)
{
    openssl.SSL_CTX_set_cookie_generate_cb(context, (void *)ctls_put_cookie);
    openssl.SSL_CTX_set_cookie_verify_cb(context, (void *)ctls_check_cookie);
    openssl.SSL_CTX_set_options(context, OPTION_COOKIE_EXCHANGE);
    return 1;
}

int ctls_listen(ctls_connection *connection)
{
    struct sockaddr_storage client;
    connection->budget = 1;
    openssl.ERR_clear_error();
    int result = openssl.DTLSv1_listen(connection->ssl, &client);
    openssl.ERR_clear_error();
    return result > 0;
}

long ctls_timeout(ctls_connection *connection)
{
    struct timeval left;
    if (openssl.SSL_ctrl(connection->ssl, CONTROL_GET_TIMEOUT, 0, &left) != 1)
        return -1;
    return left.tv_sec * 1000 + (left.tv_usec + 999) / 1000;
}

int ctls_send_again(ctls_connection *connection)
{
    return openssl.SSL_ctrl(connection->ssl, CONTROL_HANDLE_TIMEOUT, 0, NULL) >= 0;
}
