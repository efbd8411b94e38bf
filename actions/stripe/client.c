/* SPDX-License-Identifier: MIT */
#include "actions/stripe/client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define BODY_CEILING ((size_t)16 * 1024 * 1024)
#define HEADERS_MAX 128

struct client {
	CURL *curl;
	char *base_url;
};

/* One answer being collected. */
struct collect {
	struct arena *arena;
	struct text body;
	struct transport_header headers[HEADERS_MAX];
	size_t n_headers;
};

struct client *client_new(const char *base_url, int64_t connect_timeout_ms, int64_t timeout_ms)
{
	struct client *w = mem_alloc(sizeof(*w));

	w->curl = curl_easy_init();
	if (!w->curl)
		die("libcurl could not be started");
	w->base_url = mem_copy_text(base_url);
	curl_easy_setopt(w->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(w->curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(w->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(w->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_timeout_ms);
	curl_easy_setopt(w->curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	/* A simulator on this machine is never behind the proxy that the environment names for the outside world. */
	if (!strncmp(base_url, "http://127.", 11) || !strncmp(base_url, "http://localhost", 16) ||
		!strncmp(base_url, "http://[::1]", 12))
		curl_easy_setopt(w->curl, CURLOPT_PROXY, "");
	return w;
}

void client_free(struct client *w)
{
	if (!w)
		return;
	curl_easy_cleanup(w->curl);
	free(w->base_url);
	free(w);
}

static size_t take_body(char *data, size_t size, size_t count, void *arg)
{
	struct collect *c = arg;

	text_add(&c->body, data, size * count);
	return c->body.over ? 0 : size * count;
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

static enum transport_fate client_send(
	void *arg, struct arena *arena, const struct transport_request *request, struct transport_response *response)
{
	struct client *w = arg;
	struct collect c = { .arena = arena };
	struct curl_slist *headers = header_list(request);
	char error[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURLcode code;

	text_init(&c.body, BODY_CEILING);
	curl_easy_setopt(w->curl, CURLOPT_URL, arena_format(arena, "%s%s", w->base_url, request->path));
	curl_easy_setopt(w->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(w->curl, CURLOPT_ERRORBUFFER, error);
	curl_easy_setopt(w->curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(w->curl, CURLOPT_WRITEDATA, &c);
	curl_easy_setopt(w->curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(w->curl, CURLOPT_HEADERDATA, &c);
	if (!strcmp(request->method, "POST")) {
		curl_easy_setopt(w->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(w->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->length);
		curl_easy_setopt(w->curl, CURLOPT_POSTFIELDS, request->body ? request->body : "");
	} else {
		curl_easy_setopt(w->curl, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(w->curl, CURLOPT_CUSTOMREQUEST, request->method);
	/*
	 * When a connection that was kept turns out to be dead, libcurl sends the request once more without a word. A
	 * POST has its Idempotency-Key against that. A DELETE has not: it gets a connection of its own, so that every
	 * try is known here.
	 */
	curl_easy_setopt(w->curl, CURLOPT_FRESH_CONNECT, strcmp(request->method, "DELETE") ? 0L : 1L);
	code = curl_easy_perform(w->curl);
	curl_easy_getinfo(w->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_setopt(w->curl, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(w->curl, CURLOPT_POSTFIELDS, NULL);
	curl_slist_free_all(headers);

	if (code != CURLE_OK) {
		response->trouble = arena_text(arena, *error ? error : curl_easy_strerror(code));
		text_clear(&c.body);
		return fate_of(w->curl, code);
	}
	response->status = (int)status;
	response->n_headers = c.n_headers;
	response->headers = arena_alloc(arena, (c.n_headers + 1) * sizeof(*response->headers));
	memcpy(response->headers, c.headers, c.n_headers * sizeof(*response->headers));
	response->body = arena_range(arena, c.body.data, c.body.length);
	response->length = c.body.length;
	text_clear(&c.body);
	return FATE_ANSWERED;
}

struct transport client_transport(struct client *w)
{
	return (struct transport) { .send = client_send, .arg = w };
}
