/* SPDX-License-Identifier: MIT */
#include "actions/stripe/client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define BODY_CEILING ((size_t)16 * 1024 * 1024)
#define HEADERS_MAX 128

#define IDLE_MOST 16 /* connections that are kept for the next request */

struct client {
	char *base_url;
	long connect_timeout_ms, timeout_ms;
	pthread_mutex_t lock; /* around the idle ones */
	CURL *idle[IDLE_MOST];
	size_t n_idle;
};

/* One answer being collected. */
struct collect {
	CURL *curl;
	struct arena *arena;
	const struct transport_ear *ear;
	struct text body;
	struct transport_header headers[HEADERS_MAX];
	size_t n_headers;
};

/* A simulator on this machine is never behind the proxy that the environment names for the outside world. */
static bool is_near(const char *base_url)
{
	return !strncmp(base_url, "http://127.", 11) || !strncmp(base_url, "http://localhost", 16) ||
	       !strncmp(base_url, "http://[::1]", 12);
}

struct client *client_new(const char *base_url, int64_t connect_timeout_ms, int64_t timeout_ms)
{
	struct client *w = mem_alloc(sizeof(*w));

	if (pthread_mutex_init(&w->lock, NULL))
		die("a client's lock could not be made");
	w->base_url = mem_copy_text(base_url);
	w->connect_timeout_ms = (long)connect_timeout_ms;
	w->timeout_ms = (long)timeout_ms;
	return w;
}

void client_free(struct client *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n_idle; i++)
		curl_easy_cleanup(w->idle[i]);
	pthread_mutex_destroy(&w->lock);
	free(w->base_url);
	free(w);
}

static CURL *curl_new(const struct client *w)
{
	CURL *curl = curl_easy_init();

	if (!curl)
		die("libcurl could not be started");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, w->connect_timeout_ms);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, w->timeout_ms);
	if (is_near(w->base_url))
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
	return curl;
}

/* The connection used last is the most likely to be alive still. */
static CURL *curl_take(struct client *w)
{
	CURL *curl = NULL;

	pthread_mutex_lock(&w->lock);
	if (w->n_idle)
		curl = w->idle[--w->n_idle];
	pthread_mutex_unlock(&w->lock);
	return curl ? curl : curl_new(w);
}

static void curl_give_back(struct client *w, CURL *curl)
{
	pthread_mutex_lock(&w->lock);
	if (w->n_idle < IDLE_MOST) {
		w->idle[w->n_idle++] = curl;
		curl = NULL;
	}
	pthread_mutex_unlock(&w->lock);
	curl_easy_cleanup(curl); /* NULL-safe */
}

static size_t take_body(char *data, size_t size, size_t count, void *arg)
{
	struct collect *c = arg;
	const struct transport_ear *ear = c->ear;
	long status = 0;

	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200 && ear && ear->piece && !ear->piece(ear->arg, data, size * count))
		return 0;
	text_add(&c->body, data, size * count);
	return c->body.over ? 0 : size * count;
}

static int take_progress(void *arg, curl_off_t all_down, curl_off_t down, curl_off_t all_up, curl_off_t up)
{
	const struct transport_ear *ear = arg;

	(void)all_down, (void)down, (void)all_up, (void)up;
	return ear->gone && ear->gone(ear->arg);
}

static size_t take_header(char *data, size_t size, size_t count, void *arg)
{
	struct collect *c = arg;
	size_t length = size * count;
	const char *colon = memchr(data, ':', length), *value, *end = data + length;

	if (length >= 5 && !memcmp(data, "HTTP/", 5)) /* a new status line, after 100 Continue */
		c->n_headers = 0;
	if (!colon || c->n_headers == HEADERS_MAX)
		return length;
	for (value = colon + 1; value < end && (*value == ' ' || *value == '\t'); value++)
		continue;
	while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
		end--;
	c->headers[c->n_headers].name = arena_range(c->arena, data, (size_t)(colon - data));
	c->headers[c->n_headers].value = arena_range(c->arena, value, (size_t)(end - value));
	c->n_headers++;
	return length;
}

/* Before the transfer began nothing was sent, whatever the trouble: that is as good as a refused connection. */
static enum transport_fate fate_of(CURL *curl, CURLcode code)
{
	curl_off_t began = 0;

	curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &began);
	if (!began)
		return FATE_NOT_SENT;
	return code == CURLE_OPERATION_TIMEDOUT ? FATE_TIMEOUT : FATE_LOST;
}

static struct curl_slist *header_list(const struct transport_request *request)
{
	struct curl_slist *list = NULL, *longer;
	struct text line;

	text_init(&line, TEXT_NO_CEILING);
	for (size_t i = 0; i < request->n_headers; i++) {
		text_reset(&line);
		text_format(&line, "%s: %s", request->headers[i].name, request->headers[i].value);
		longer = curl_slist_append(list, line.data);
		if (!longer)
			die("out of memory");
		list = longer;
	}
	text_clear(&line);
	longer = curl_slist_append(list, "Expect:"); /* no pause before a body */
	if (!longer)
		die("out of memory");
	return longer;
}

static void request_set(struct client *w, CURL *curl, struct collect *c, const struct transport_request *request)
{
	curl_easy_setopt(curl, CURLOPT_URL, arena_format(c->arena, "%s%s", w->base_url, request->path));
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, take_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, request->ear);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, request->ear ? 0L : 1L);
	if (!strcmp(request->method, "POST")) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->length);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body ? request->body : "");
	} else {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	/*
	 * When a connection that was kept turns out to be dead, libcurl sends the request once more without a word. A
	 * POST has its Idempotency-Key against that. A DELETE has not: it gets a connection of its own, so that every
	 * try is known here.
	 */
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, strcmp(request->method, "DELETE") ? 0L : 1L);
}

static void response_fill(const struct collect *c, long status, struct transport_response *response)
{
	response->status = (int)status;
	response->n_headers = c->n_headers;
	response->headers = arena_alloc(c->arena, (c->n_headers + 1) * sizeof(*response->headers));
	memcpy(response->headers, c->headers, c->n_headers * sizeof(*response->headers));
	response->body = arena_range(c->arena, c->body.data, c->body.length);
	response->length = c->body.length;
}

static enum transport_fate client_send(
	void *arg, struct arena *arena, const struct transport_request *request, struct transport_response *response)
{
	struct client *w = arg;
	CURL *curl = curl_take(w);
	struct collect c = { .curl = curl, .arena = arena, .ear = request->ear };
	struct curl_slist *headers = header_list(request);
	enum transport_fate fate = FATE_ANSWERED;
	char error[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURLcode code;

	text_init(&c.body, BODY_CEILING);
	request_set(w, curl, &c, request);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK) {
		response_fill(&c, status, response);
	} else {
		response->trouble = arena_text(arena, *error ? error : curl_easy_strerror(code));
		fate = fate_of(curl, code);
	}
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, NULL);
	curl_give_back(w, curl);
	curl_slist_free_all(headers);
	text_clear(&c.body);
	return fate;
}

struct transport client_transport(struct client *w)
{
	return (struct transport) { .send = client_send, .arg = w };
}
