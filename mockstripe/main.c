/* SPDX-License-Identifier: MIT */
/* The program: flags to ms_options, a ready line, and a wait for the signal that ends it. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "mockstripe.h"
#include "schema/schema.h"

#define EXIT_USAGE 2 /* a flag, a file or a port that cannot be used */

static const char help[] =
	"usage: mockstripe [FLAG]...\n"
	"\n"
	"A stateful simulator of Stripe's HTTP API, for tests and for developing offline. Point a Stripe library at "
	"the\n"
	"address it prints and use any key that starts with sk_test_.\n"
	"\n"
	"  --http-port N       port for HTTP; 0 takes a free one, \"off\" none                       (12111)\n"
	"  --https-port N      port for HTTPS; 0 takes a free one, \"off\" none                      (12112)\n"
	"  --unix PATH         listen on a Unix socket too\n"
	"  --bind ADDRESS      address to listen on                                               (127.0.0.1)\n"
	"  --cert FILE         PEM certificate for HTTPS, with --key FILE; without, one is made at start\n"
	"  --fixtures PATH     load a fixture file or a folder of them; may be given again\n"
	"  --db FILE           keep everything in an SQLite file; fixtures are loaded only while it is empty\n"
	"  --seed N            the same seed and the same calls give the same answers             (0)\n"
	"  --now UNIX          let time stand still at that moment; it moves by /_mockstripe/clock\n"
	"  --strict-keys       refuse API keys that no fixture declares\n"
	"  --account-per-key   every undeclared key opens an account of its own\n"
	"  --lenient-ids       accept an id of the caller's own on every create\n"
	"  --threads N         threads that serve, for each address                               (1)\n"
	"  --quiet             do not print a line for every request on standard error\n"
	"  --help, --version\n"
	"\n"
	"When it accepts connections it prints \"mockstripe ready\" and its addresses on one line. It stops on SIGINT "
	"or\n"
	"SIGTERM. What a test may do to it (reset, fixtures, clock, ...): curl http://127.0.0.1:12111/_mockstripe\n";

enum flag {
	HTTP_PORT = 256,
	HTTPS_PORT,
	UNIX_PATH,
	BIND,
	CERT,
	KEY,
	FIXTURES,
	DB,
	SEED,
	NOW,
	STRICT_KEYS,
	ACCOUNT_PER_KEY,
	LENIENT_IDS,
	THREADS,
	QUIET,
	HELP,
	VERSION,
};

static const struct option flags[] = {
	{ "http-port", required_argument, NULL, HTTP_PORT },
	{ "https-port", required_argument, NULL, HTTPS_PORT },
	{ "unix", required_argument, NULL, UNIX_PATH },
	{ "bind", required_argument, NULL, BIND },
	{ "cert", required_argument, NULL, CERT },
	{ "key", required_argument, NULL, KEY },
	{ "fixtures", required_argument, NULL, FIXTURES },
	{ "db", required_argument, NULL, DB },
	{ "seed", required_argument, NULL, SEED },
	{ "now", required_argument, NULL, NOW },
	{ "strict-keys", no_argument, NULL, STRICT_KEYS },
	{ "account-per-key", no_argument, NULL, ACCOUNT_PER_KEY },
	{ "lenient-ids", no_argument, NULL, LENIENT_IDS },
	{ "threads", required_argument, NULL, THREADS },
	{ "quiet", no_argument, NULL, QUIET },
	{ "help", no_argument, NULL, HELP },
	{ "version", no_argument, NULL, VERSION },
	{ 0 },
};

struct settings {
	struct ms_options options;
	struct list fixtures; /* of char *, from argv, and a NULL */
	bool quiet;
	int over; /* the status to end with at once, or -1 */
};

/* One line on standard error; the status that follows from it. */
static int complain(const char *why)
{
	fprintf(stderr, "mockstripe: %s\n", why);
	return EXIT_USAGE;
}

static bool read_number(struct settings *s, const char *flag, int64_t least, int64_t most, int64_t *value)
{
	char *end = NULL;
	long long number;

	errno = 0;
	number = strtoll(optarg, &end, 10);
	if (errno || end == optarg || *end || number < least || number > most) {
		fprintf(stderr, "mockstripe: --%s takes a whole number from %lld to %lld, not \"%s\"\n", flag,
			(long long)least, (long long)most, optarg);
		s->over = EXIT_USAGE;
		return false;
	}
	*value = number;
	return true;
}

/* In the options, -1 is no door; HTTPS has -2 for a free port, since 0 is what a caller who says nothing gives. */
static void read_port(struct settings *s, const char *flag, int *port, int free_port)
{
	int64_t number = -1;

	if (!strcmp(optarg, "off"))
		*port = -1;
	else if (read_number(s, flag, 0, 65535, &number))
		*port = number ? (int)number : free_port;
}

static void read_flag(struct settings *s, int flag)
{
	struct ms_options *o = &s->options;
	int64_t number = 0;

	switch (flag) {
	case HTTP_PORT:
		read_port(s, "http-port", &o->http_port, 0);
		break;
	case HTTPS_PORT:
		read_port(s, "https-port", &o->https_port, -2);
		break;
	case UNIX_PATH:
		o->unix_path = optarg;
		break;
	case BIND:
		o->bind = optarg;
		break;
	case CERT:
		o->cert_file = optarg;
		break;
	case KEY:
		o->key_file = optarg;
		break;
	case DB:
		o->db_file = optarg;
		break;
	case FIXTURES:
		list_add(&s->fixtures, optarg);
		break;
	case SEED:
		if (read_number(s, "seed", 0, INT64_MAX, &number))
			o->seed = (uint64_t)number;
		break;
	case NOW:
		if (read_number(s, "now", 1, INT64_C(253402300799), &number))
			o->now = number;
		break;
	case STRICT_KEYS:
		o->strict_keys = true;
		break;
	case ACCOUNT_PER_KEY:
		o->account_per_key = true;
		break;
	case LENIENT_IDS:
		o->lenient_ids = true;
		break;
	case THREADS:
		if (read_number(s, "threads", 1, 256, &number))
			o->threads = (unsigned)number;
		break;
	case QUIET:
		s->quiet = true;
		break;
	case HELP:
		fputs(help, stdout);
		s->over = 0;
		break;
	case VERSION:
		printf("mockstripe %s (Stripe API %s)\n", MS_VERSION, schema_api_version);
		s->over = 0;
		break;
	default: /* getopt has said what is wrong */
		fputs("Try 'mockstripe --help'.\n", stderr);
		s->over = EXIT_USAGE;
	}
}

static void read_flags(struct settings *s, int argc, char **argv)
{
	int flag;

	while (s->over < 0 && (flag = getopt_long(argc, argv, "", flags, NULL)) != -1)
		read_flag(s, flag);
	if (s->over < 0 && optind < argc) {
		fprintf(stderr, "mockstripe: \"%s\" is not a flag; fixtures are given as --fixtures PATH\n",
			argv[optind]);
		s->over = EXIT_USAGE;
	}
	list_add(&s->fixtures, NULL);
	s->options.fixtures = (const char *const *)s->fixtures.at;
}

/* One write, so that lines of several threads do not mix. */
static void print_exchange(void *arg, const struct ms_exchange *e)
{
	(void)arg;
	fprintf(stderr, "%s %s %d %s\n", e->method, e->path, e->status, e->request_id ? e->request_id : "-");
}

static bool print_ready(const struct ms *ms, const char *unix_path)
{
	const char *http = ms_url(ms), *https = ms_https_url(ms);

	printf("mockstripe ready%s%s%s%s%s%s\n", *http ? " " : "", http, *https ? " " : "", https,
		unix_path ? " unix:" : "", unix_path ? unix_path : "");
	return fflush(stdout) == 0;
}

static int serve(const struct ms_options *options, const sigset_t *ends)
{
	char *why = NULL;
	struct ms *ms = ms_start(options, &why);
	int status = 0, number;

	if (!ms) {
		status = complain(why);
		free(why);
		return status;
	}
	if (!print_ready(ms, options->unix_path))
		status = complain("standard output cannot be written, so nobody would learn the address");
	else if (sigwait(ends, &number))
		status = complain("cannot wait for signals");
	ms_stop(ms);
	return status;
}

int main(int argc, char **argv)
{
	struct settings s = { .options = { .http_port = 12111, .https_port = 12112 }, .over = -1 };
	sigset_t ends;
	int status;

	/* Before any thread exists: all of them inherit the mask, and the signals come to sigwait alone. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	read_flags(&s, argc, argv);
	if (!s.quiet)
		s.options.on_exchange = print_exchange;
	status = s.over >= 0 ? s.over : serve(&s.options, &ends);
	list_clear(&s.fixtures);
	return status;
}
