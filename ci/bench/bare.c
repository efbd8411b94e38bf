/* SPDX-License-Identifier: MIT */
/*
 * The least that libmicrohttpd can do: a fixed body of a given size for every request, from one epoll thread, which is
 * how the simulator listens too. `make bench` sets the simulator beside it: the distance is the simulator's own work.
 *
 *     bare BYTES        prints "bare ready http://127.0.0.1:PORT" and serves until SIGTERM or SIGINT
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct answer {
	struct MHD_Response *response;
};

static enum MHD_Result answer_request(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **request)
{
	const struct answer *answer = arg;

	(void)url;
	(void)method;
	(void)version;
	(void)upload;
	/* Any pointer says that the head has been seen; the body that follows it is read and dropped. */
	if (!*request) {
		*request = arg;
		return MHD_YES;
	}
	if (*upload_size > 0) {
		*upload_size = 0;
		return MHD_YES;
	}
	return MHD_queue_response(connection, MHD_HTTP_OK, answer->response);
}

static struct MHD_Response *fixed_response(size_t size)
{
	char *body = malloc(size + 1);
	struct MHD_Response *response;

	if (!body)
		return NULL;
	memset(body, 'x', size);
	response = MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE);
	if (response &&
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json") != MHD_YES) {
		MHD_destroy_response(response);
		return NULL;
	}
	return response;
}

static struct MHD_Daemon *listen_on_loopback(struct answer *answer)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer_request, answer,
		MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)&address, MHD_OPTION_END);
}

static int wait_for_signal(const sigset_t *ends)
{
	int number = 0;

	return sigwait(ends, &number);
}

int main(int argc, char **argv)
{
	struct answer answer = { NULL };
	struct MHD_Daemon *daemon;
	const union MHD_DaemonInfo *info;
	sigset_t ends;
	long size;
	char *rest = NULL;
	int status;

	size = argc == 2 ? strtol(argv[1], &rest, 10) : -1;
	if (size < 0 || !rest || *rest) {
		fprintf(stderr, "usage: bare BYTES\n");
		return 2;
	}
	/* Before the daemon's thread exists, so that the thread inherits the mask and the signals come here. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	answer.response = fixed_response((size_t)size);
	daemon = answer.response ? listen_on_loopback(&answer) : NULL;
	info = daemon ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
	if (!info) {
		fprintf(stderr, "bare: cannot listen\n");
		return 1;
	}
	printf("bare ready http://127.0.0.1:%u\n", (unsigned)info->port);
	fflush(stdout);
	status = wait_for_signal(&ends);
	MHD_stop_daemon(daemon);
	MHD_destroy_response(answer.response);
	return status == 0 ? 0 : 1;
}
