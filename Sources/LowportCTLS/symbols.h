// SPDX-License-Identifier: Apache-2.0
// The functions of OpenSSL 3 that are used: their types, and one list for declaring and for loading them.
#ifndef CTLS_SYMBOLS_H
#define CTLS_SYMBOLS_H

#include <stddef.h>

#define CTLS_SYMBOLS(X) \
    X(void *, TLS_method, (void)) \
    X(void *, DTLS_method, (void)) \
    X(int, DTLSv1_listen, (void *, void *)) \
    X(void *, SSL_CTX_new, (void *)) \
    X(void, SSL_CTX_free, (void *)) \
    X(long, SSL_CTX_ctrl, (void *, int, long, void *)) \
    X(unsigned long long, SSL_CTX_set_options, (void *, unsigned long long)) \
    X(int, SSL_CTX_set_num_tickets, (void *, size_t)) \
    X(void, SSL_CTX_set_cookie_generate_cb, (void *, void *)) \
    X(void, SSL_CTX_set_cookie_verify_cb, (void *, void *)) \
    X(int, SSL_CTX_use_certificate_chain_file, (void *, const char *)) \
    X(int, SSL_CTX_use_PrivateKey_file, (void *, const char *, int)) \
    X(int, SSL_CTX_use_certificate, (void *, void *)) \
    X(int, SSL_CTX_use_PrivateKey, (void *, void *)) \
    X(int, SSL_CTX_load_verify_file, (void *, const char *)) \
    X(int, SSL_CTX_set_default_verify_paths, (void *)) \
    X(void, SSL_CTX_set_verify, (void *, int, void *)) \
    X(int, SSL_CTX_set_cipher_list, (void *, const char *)) \
    X(int, SSL_CTX_set_ciphersuites, (void *, const char *)) \
    X(void, SSL_CTX_set_alpn_select_cb, (void *, void *, void *)) \
    X(int, SSL_CTX_set_alpn_protos, (void *, const unsigned char *, unsigned)) \
    X(int, SSL_select_next_proto, (unsigned char **, unsigned char *, const unsigned char *, unsigned, \
                                   const unsigned char *, unsigned)) \
    X(void *, SSL_new, (void *)) \
    X(void, SSL_free, (void *)) \
    X(int, SSL_set_fd, (void *, int)) \
    X(int, SSL_set_ex_data, (void *, int, void *)) \
    X(void *, SSL_get_ex_data, (const void *, int)) \
    X(unsigned long long, SSL_set_options, (void *, unsigned long long)) \
    X(void, SSL_set_cert_cb, (void *, void *, void *)) \
    X(int, SSL_set1_host, (void *, const char *)) \
    X(void *, SSL_get0_param, (void *)) \
    X(int, X509_VERIFY_PARAM_set1_ip_asc, (void *, const char *)) \
    X(long, SSL_ctrl, (void *, int, long, void *)) \
    X(void, SSL_set_connect_state, (void *)) \
    X(void, SSL_set_accept_state, (void *)) \
    X(int, SSL_do_handshake, (void *)) \
    X(int, SSL_read, (void *, void *, int)) \
    X(int, SSL_write, (void *, const void *, int)) \
    X(int, SSL_has_pending, (const void *)) \
    X(int, SSL_pending, (const void *)) \
    X(int, SSL_is_init_finished, (const void *)) \
    X(int, SSL_get_error, (const void *, int)) \
    X(int, SSL_shutdown, (void *)) \
    X(const char *, SSL_get_version, (const void *)) \
    X(const void *, SSL_get_current_cipher, (const void *)) \
    X(const char *, SSL_CIPHER_get_name, (const void *)) \
    X(void *, SSL_get1_peer_certificate, (const void *)) \
    X(long, SSL_get_verify_result, (const void *)) \
    X(void, SSL_get0_alpn_selected, (const void *, const unsigned char **, unsigned *)) \
    X(const char *, X509_verify_cert_error_string, (long)) \
    X(int, X509_digest, (const void *, const void *, unsigned char *, unsigned *)) \
    X(void *, X509_new, (void)) \
    X(void, X509_free, (void *)) \
    X(int, X509_set_version, (void *, long)) \
    X(void *, X509_get_serialNumber, (void *)) \
    X(int, ASN1_INTEGER_set, (void *, long)) \
    X(void *, X509_getm_notBefore, (const void *)) \
    X(void *, X509_getm_notAfter, (const void *)) \
    X(void *, X509_gmtime_adj, (void *, long)) \
    X(int, X509_set_pubkey, (void *, void *)) \
    X(void *, X509_get_subject_name, (const void *)) \
    X(int, X509_NAME_add_entry_by_txt, (void *, const char *, int, const unsigned char *, int, int, int)) \
    X(int, X509_set_issuer_name, (void *, void *)) \
    X(int, X509_sign, (void *, void *, const void *)) \
    X(const void *, EVP_sha256, (void)) \
    X(void *, EVP_PKEY_Q_keygen, (void *, const char *, const char *, ...)) \
    X(void, EVP_PKEY_free, (void *)) \
    X(void *, BIO_meth_new, (int, const char *)) \
    X(int, BIO_meth_set_write, (void *, void *)) \
    X(int, BIO_meth_set_read, (void *, void *)) \
    X(int, BIO_meth_set_ctrl, (void *, void *)) \
    X(void *, BIO_new, (const void *)) \
    X(void, BIO_set_data, (void *, void *)) \
    X(void *, BIO_get_data, (void *)) \
    X(void, BIO_set_init, (void *, int)) \
    X(void, BIO_set_flags, (void *, int)) \
    X(void, BIO_clear_flags, (void *, int)) \
    X(void, SSL_set_bio, (void *, void *, void *)) \
    X(int, RAND_bytes, (unsigned char *, int)) \
    X(unsigned char *, HMAC, (const void *, const void *, int, const unsigned char *, size_t, unsigned char *, unsigned *)) \
    X(int, CRYPTO_memcmp, (const void *, const void *, size_t)) \
    X(unsigned long, ERR_get_error, (void)) \
    X(unsigned long, ERR_peek_error, (void)) \
    X(const char *, ERR_reason_error_string, (unsigned long)) \
    X(void, ERR_clear_error, (void))

#endif
