/* SPDX-License-Identifier: MIT */
/* Which doors a simulator opens, and how it refuses to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "doors/tls.h"
#include "suites/support/api.h"
#include "suites/support/wire.h"

#define AUTH "Authorization: Bearer sk_test_wire\r\n"

/* The simulator must not start, and say why in a sentence that holds `part`. */
static void assert_no_start(const struct ms_options *options, const char *part)
{
	char *why = NULL;
	struct ms *ms = ms_start(options, &why);

	assert_null(ms);
	assert_non_null(why);
	if (!strstr(why, part))
		fail_msg("\"%s\" does not hold \"%s\"", why, part);
	free(why);
}

static int port_of(const char *url)
{
	return (int)strtol(strrchr(url, ':') + 1, NULL, 10);
}

static void port_0__is_a_free_one(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .now = HOUSE_NOW });
	struct wire_answer a;

	(void)state;
	assert_memory_equal(ms_url(h->ms), "http://127.0.0.1:", strlen("http://127.0.0.1:"));
	assert_true(port_of(ms_url(h->ms)) > 0);
	assert_string_equal(ms_https_url(h->ms), "");
	wire_call(ms_url(h->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	house_close(h);
}

static void no_socket__has_no_urls(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .no_socket = true });

	(void)state;
	assert_string_equal(ms_url(h->ms), "");
	assert_string_equal(ms_https_url(h->ms), "");
	house_close(h);
}

static void two_servers__share_nothing(void **state)
{
	struct house *one = house_open(&(struct ms_options) { .now = HOUSE_NOW, .seed = 1 });
	struct house *other = house_open(&(struct ms_options) { .now = HOUSE_NOW, .seed = 1 });
	struct wire_answer a;

	(void)state;
	assert_string_not_equal(ms_url(one->ms), ms_url(other->ms));
	wire_call(ms_url(one->ms), "POST", "/v1/customers", AUTH, "name=Ada", &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	wire_call(ms_url(other->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_non_null(strstr(a.body, "\"data\": []"));
	wire_clear(&a);
	house_close(one);
	/* The other goes on. */
	wire_call(ms_url(other->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	house_close(other);
}

static void busy_port__is_said_with_the_port(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .now = HOUSE_NOW });
	int port = port_of(ms_url(h->ms));
	char wanted[64];

	(void)state;
	snprintf(wanted, sizeof wanted, "port %d on 127.0.0.1 is in use", port);
	assert_no_start(&(struct ms_options) { .http_port = port }, wanted);
	assert_no_start(&(struct ms_options) { .http_port = -1, .https_port = port }, wanted);
	house_close(h);
}

static void freed_port__may_be_taken_again(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .now = HOUSE_NOW });
	int port = port_of(ms_url(h->ms));
	struct wire_answer a;

	(void)state;
	wire_call(ms_url(h->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	wire_clear(&a);
	house_close(h);
	h = house_open(&(struct ms_options) { .http_port = port });
	assert_int_equal(port_of(ms_url(h->ms)), port);
	house_close(h);
}

static void impossible_addresses__are_refused(void **state)
{
	(void)state;
	assert_no_start(&(struct ms_options) { .http_port = 70000 }, "70000 is not a port");
	assert_no_start(&(struct ms_options) { .bind = "no address" }, "cannot listen on no address");
	assert_no_start(&(struct ms_options) { .bind = "192.0.2.1" }, "cannot listen on 192.0.2.1");
}

static void https__serves_with_a_certificate_of_its_own(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .now = HOUSE_NOW, .https_port = -2 });
	struct wire_answer a;
	char value[128];

	(void)state;
	assert_memory_equal(ms_https_url(h->ms), "https://127.0.0.1:", strlen("https://127.0.0.1:"));
	wire_call_tls(ms_https_url(h->ms), "/v1/customers", "sk_test_wire", &a);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body, "\"object\": \"list\""));
	assert_true(wire_header(&a, "Strict-Transport-Security", value, sizeof value));
	wire_clear(&a);
	house_close(h);
}

static void https_alone__opens_no_plain_port(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .http_port = -1, .https_port = -2 });
	struct wire_answer a;

	(void)state;
	assert_string_equal(ms_url(h->ms), "");
	wire_call_tls(ms_https_url(h->ms), "/_mockstripe/health", "", &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	house_close(h);
}

/* ---- certificates from files ---- */

static const char *write_file(struct house *h, const char *folder, const char *name, const char *text)
{
	const char *path = text_of(h, "%s/%s", folder, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return path;
}

struct files {
	struct house *house; /* for texts */
	struct tls_pair pair;
	char folder[32];
};

static int files_setup(void **state)
{
	struct files *f = calloc(1, sizeof *f);
	char *why;

	if (!f)
		return -1;
	memcpy(f->folder, "/tmp/mockstripe-XXXXXX", sizeof "/tmp/mockstripe-XXXXXX");
	if (!mkdtemp(f->folder))
		return -1;
	f->house = house_open(&(struct ms_options) { .no_socket = true });
	if (!tls_make(&f->pair, "files.example", &why))
		return -1;
	*state = f;
	return 0;
}

static int files_teardown(void **state)
{
	static const char *const names[] = { "cert.pem", "key.pem", "bad.pem", "s.sock" };
	struct files *f = *state;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(text_of(f->house, "%s/%s", f->folder, names[i]));
	house_close(f->house);
	tls_clear(&f->pair);
	if (rmdir(f->folder))
		return -1;
	free(f);
	return 0;
}

static void https__takes_a_certificate_from_files(void **state)
{
	struct files *f = *state;
	const char *cert = write_file(f->house, f->folder, "cert.pem", f->pair.certificate);
	const char *key = write_file(f->house, f->folder, "key.pem", f->pair.key);
	struct house *h = house_open(&(struct ms_options) { .https_port = -2, .cert_file = cert, .key_file = key });
	struct wire_answer a;

	wire_call_tls(ms_https_url(h->ms), "/_mockstripe/health", "", &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	house_close(h);
}

static void https__refuses_files_that_do_not_fit(void **state)
{
	struct files *f = *state;
	const char *cert = write_file(f->house, f->folder, "cert.pem", f->pair.certificate);
	const char *bad = write_file(f->house, f->folder, "bad.pem", "not a key\n");

	assert_no_start(&(struct ms_options) { .https_port = -2, .cert_file = cert }, "go together");
	assert_no_start(&(struct ms_options) { .https_port = -2, .cert_file = cert, .key_file = bad }, "bad.pem");
	assert_no_start(&(struct ms_options) { .https_port = -2, .cert_file = cert, .key_file = "/nowhere/key.pem" },
		"/nowhere/key.pem");
}

static void https__refuses_the_key_of_another_certificate(void **state)
{
	struct files *f = *state;
	const char *cert = write_file(f->house, f->folder, "cert.pem", f->pair.certificate);
	struct tls_pair other;
	char *why;

	assert_true(tls_make(&other, NULL, &why));
	assert_no_start(&(struct ms_options) { .https_port = -2,
				.cert_file = cert,
				.key_file = write_file(f->house, f->folder, "key.pem", other.key) },
		"key.pem");
	tls_clear(&other);
}

/* ---- Unix sockets ---- */

static const char *socket_path(struct files *f)
{
	return text_of(f->house, "%s/s.sock", f->folder);
}

static void assert_serves_unix(const char *path)
{
	static const char request[] = "GET /_mockstripe/health HTTP/1.1\r\nHost: anything\r\n\r\n";
	int fd = wire_connect_unix(path);
	struct wire_answer a;

	assert_true(fd >= 0);
	assert_true(wire_send(fd, request, sizeof request - 1));
	wire_read(fd, false, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	close(fd);
}

static void unix_socket__serves_and_goes_away(void **state)
{
	struct files *f = *state;
	const char *path = socket_path(f);
	struct house *h = house_open(&(struct ms_options) { .http_port = -1, .unix_path = path });
	struct stat st;

	assert_serves_unix(path);
	house_close(h);
	assert_int_equal(stat(path, &st), -1);
}

static void unix_socket__that_was_left_is_replaced(void **state)
{
	struct files *f = *state;
	const char *path = socket_path(f);
	const char *flags[] = { "--http-port", "off", "--https-port", "off", "--quiet", "--unix", path, NULL };
	struct child c;
	char line[256];
	struct stat st;
	struct house *h;

	assert_true(child_start(&c, flags));
	assert_true(child_line(c.output, line, sizeof line));
	/* Killed, it cannot remove its file. */
	assert_int_equal(child_end(&c, 9), -1);
	assert_int_equal(stat(path, &st), 0);
	h = house_open(&(struct ms_options) { .http_port = -1, .unix_path = path });
	assert_serves_unix(path);
	house_close(h);
}

static void unix_socket__in_use_is_left_alone(void **state)
{
	struct files *f = *state;
	const char *path = socket_path(f);
	struct house *h = house_open(&(struct ms_options) { .http_port = -1, .unix_path = path });

	assert_no_start(&(struct ms_options) { .http_port = -1, .unix_path = path }, "is there already");
	assert_serves_unix(path);
	house_close(h);
}

static void unix_socket__does_not_replace_other_files(void **state)
{
	struct files *f = *state;
	const char *path = write_file(f->house, f->folder, "s.sock", "a user's file");
	struct stat st;

	assert_no_start(&(struct ms_options) { .http_port = -1, .unix_path = path }, "is there already");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, strlen("a user's file"));
}

static void unix_socket__has_a_longest_path(void **state)
{
	char path[200];

	(void)state;
	memset(path, 'x', sizeof path - 1);
	path[sizeof path - 1] = 0;
	assert_no_start(&(struct ms_options) { .http_port = -1, .unix_path = path }, "107 characters");
}

#define WITH_FILES(name) cmocka_unit_test_setup_teardown(name, files_setup, files_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(port_0__is_a_free_one),
		cmocka_unit_test(no_socket__has_no_urls),
		cmocka_unit_test(two_servers__share_nothing),
		cmocka_unit_test(busy_port__is_said_with_the_port),
		cmocka_unit_test(freed_port__may_be_taken_again),
		cmocka_unit_test(impossible_addresses__are_refused),
		cmocka_unit_test(https__serves_with_a_certificate_of_its_own),
		cmocka_unit_test(https_alone__opens_no_plain_port),
		WITH_FILES(https__takes_a_certificate_from_files),
		WITH_FILES(https__refuses_files_that_do_not_fit),
		WITH_FILES(https__refuses_the_key_of_another_certificate),
		WITH_FILES(unix_socket__serves_and_goes_away),
		WITH_FILES(unix_socket__that_was_left_is_replaced),
		WITH_FILES(unix_socket__in_use_is_left_alone),
		WITH_FILES(unix_socket__does_not_replace_other_files),
		WITH_FILES(unix_socket__has_a_longest_path),
	};

	return cmocka_run_group_tests_name("wire/doors", tests, NULL, NULL);
}
