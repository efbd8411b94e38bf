/* SPDX-License-Identifier: MIT */
#include "doors/tls.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/mem.h"

#define DAY 86400L

/* The first error that OpenSSL noted, in its words; the rest is forgotten. */
static char *explain(const char *what)
{
	char reason[256];
	unsigned long code = ERR_get_error();

	ERR_error_string_n(code, reason, sizeof reason);
	ERR_clear_error();
	return mem_format("%s: %s", what, code ? reason : "no reason was given");
}

static char *text_of(BIO *bio)
{
	char *data = NULL;
	long length = BIO_get_mem_data(bio, &data);

	return mem_copy_range(data, (size_t)length);
}

static bool write_pem(struct tls_pair *pair, X509 *certificate, EVP_PKEY *key)
{
	BIO *one = BIO_new(BIO_s_mem()), *other = BIO_new(BIO_s_mem());
	bool done = one && other && PEM_write_bio_X509(one, certificate) == 1 &&
		    PEM_write_bio_PrivateKey(other, key, NULL, NULL, 0, NULL, NULL) == 1;

	if (done)
		*pair = (struct tls_pair) { .certificate = text_of(one), .key = text_of(other) };
	BIO_free(one);
	BIO_free(other);
	return done;
}

static bool add_extension(X509 *certificate, int kind, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool done;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
	done = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return done;
}

/* OpenSSL reads the names as configuration: a comma in one would start another entry, so such a host is not named. */
static char *alternative_names(const char *host)
{
	static const char base[] = "DNS:localhost,IP:127.0.0.1,IP:::1";
	unsigned char address[sizeof(struct in6_addr)];
	bool is_address;

	if (!host || !*host || strpbrk(host, ",;\n\r ") || !strcmp(host, "localhost") || !strcmp(host, "127.0.0.1") ||
		!strcmp(host, "::1"))
		return mem_copy_text(base);
	is_address = inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
	return mem_format("%s,%s:%s", base, is_address ? "IP" : "DNS", host);
}

/* A browser refuses a second certificate of the same issuer and serial number, so the number is drawn anew. */
static bool set_serial(X509 *certificate)
{
	BIGNUM *number = BN_new();
	bool done = number && BN_rand(number, 64, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
		    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));

	BN_free(number);
	return done;
}

static bool fill(X509 *certificate, EVP_PKEY *key, const char *host)
{
	X509_NAME *name = X509_get_subject_name(certificate);
	char *names = alternative_names(host);
	bool done;

	/* A day back, for clients whose clock is a little behind. */
	done = X509_set_version(certificate, 2) == 1 && set_serial(certificate) &&
	       X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY) &&
	       X509_gmtime_adj(X509_getm_notAfter(certificate), 730 * DAY) && X509_set_pubkey(certificate, key) == 1 &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"mockstripe", -1, -1, 0) ==
		       1 &&
	       X509_set_issuer_name(certificate, name) == 1 &&
	       add_extension(certificate, NID_subject_alt_name, names) &&
	       add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
	       X509_sign(certificate, key, EVP_sha256()) > 0;
	free(names);
	return done;
}

bool tls_make(struct tls_pair *pair, const char *host, char **why)
{
	/* An elliptic curve: made in less than a millisecond, where RSA takes a hundred. */
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	bool done = key && certificate && fill(certificate, key, host) && write_pem(pair, certificate, key);

	if (!done)
		*why = explain("cannot make a certificate");
	X509_free(certificate);
	EVP_PKEY_free(key);
	return done;
}

static char *read_file(const char *path, char **why)
{
	BIO *file = BIO_new_file(path, "rb");
	BIO *copy = BIO_new(BIO_s_mem());
	char part[4096], *text = NULL;
	int n = 0;

	if (!file || !copy) {
		*why = explain(path);
		BIO_free(file);
		BIO_free(copy);
		return NULL;
	}
	while ((n = BIO_read(file, part, sizeof part)) > 0)
		if (BIO_write(copy, part, n) != n)
			die("out of memory");
	if (n < 0)
		*why = explain(path);
	else
		text = text_of(copy);
	BIO_free(file);
	BIO_free(copy);
	return text;
}

static bool belong_together(const struct tls_pair *pair)
{
	BIO *one = BIO_new_mem_buf(pair->certificate, -1), *other = BIO_new_mem_buf(pair->key, -1);
	X509 *certificate = one ? PEM_read_bio_X509(one, NULL, NULL, NULL) : NULL;
	/* An empty passphrase, so that an encrypted key fails instead of asking at the terminal. */
	EVP_PKEY *key = other ? PEM_read_bio_PrivateKey(other, NULL, NULL, (void *)(uintptr_t) "") : NULL;
	bool done = certificate && key && X509_check_private_key(certificate, key) == 1;

	X509_free(certificate);
	EVP_PKEY_free(key);
	BIO_free(one);
	BIO_free(other);
	return done;
}

bool tls_read(struct tls_pair *pair, const char *certificate_file, const char *key_file, char **why)
{
	struct tls_pair read = { 0 };

	read.certificate = read_file(certificate_file, why);
	read.key = read.certificate ? read_file(key_file, why) : NULL;
	if (!read.key) {
		tls_clear(&read);
		return false;
	}
	if (!belong_together(&read)) {
		char *what = mem_format(
			"%s and %s are not a PEM certificate and its unencrypted key", certificate_file, key_file);

		*why = explain(what);
		free(what);
		tls_clear(&read);
		return false;
	}
	*pair = read;
	return true;
}

void tls_clear(struct tls_pair *pair)
{
	free(pair->certificate);
	if (pair->key)
		OPENSSL_cleanse(pair->key, strlen(pair->key));
	free(pair->key);
	*pair = (struct tls_pair) { 0 };
}
