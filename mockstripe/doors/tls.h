/* SPDX-License-Identifier: MIT */
#ifndef DOORS_TLS_H
#define DOORS_TLS_H

#include <stdbool.h>

/* A certificate and its key, PEM text; tls_clear frees both. */
struct tls_pair {
	char *certificate, *key;
};

/*
 * A fresh self-signed certificate for localhost, 127.0.0.1, ::1 and `host` (NULL: no more), good for two years: clients
 * switch verification off, or are told to trust it. false with a sentence in *why (free() it).
 */
bool tls_make(struct tls_pair *pair, const char *host, char **why);
/* The same from files. The key must belong to the certificate. */
bool tls_read(struct tls_pair *pair, const char *certificate_file, const char *key_file, char **why);
void tls_clear(struct tls_pair *pair);

#endif
