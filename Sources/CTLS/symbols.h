// SPDX-License-Identifier: Apache-2.0
// The functions of OpenSSL 3 that are used: their types, and one list for declaring and for loading them.
#ifndef CTLS_SYMBOLS_H
#define CTLS_SYMBOLS_H

#define CTLS_SYMBOLS(X) \
    X(void *, TLS_method, (void)) \
    X(void *, SSL_CTX_new, (void *)) \
    X(void, SSL_CTX_free, (void *)) \
    X(long, SSL_CTX_ctrl, (void *, int, long, void *)) \
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
    X(unsigned long, ERR_get_error, (void)) \
    X(const char *, ERR_reason_error_string, (unsigned long)) \
    X(void, ERR_clear_error, (void))

#endif
