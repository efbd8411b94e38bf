/* SPDX-License-Identifier: MIT */
/*
 * Fills a simulator with customers through its API, over two connections that stay open.
 *
 *     load URL KEY COUNT        URL as the ready line gives it; every customer has a name and an address of its own
 */
#include <curl/curl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { CONNECTIONS = 2 };

struct loader {
	const char *url, *key;
	long from, to;
	char why[CURL_ERROR_SIZE];
	bool failed;
};

/* Answers are not of interest, only their status. */
static size_t drop(char *data, size_t size, size_t count, void *arg)
{
	(void)data;
	(void)arg;
	return size * count;
}

static bool post_customer(struct loader *l, CURL *easy, long number)
{
	char body[200];
	long status = 0;

	snprintf(body, sizeof(body), "name=Customer+%ld&email=customer%ld%%40example.com&metadata[number]=%ld", number,
		number, number);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
	if (curl_easy_perform(easy) != CURLE_OK)
		return false;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200) {
		snprintf(l->why, sizeof(l->why), "the answer was %ld", status);
		return false;
	}
	return true;
}

static void *load_range(void *arg)
{
	struct loader *l = arg;
	CURL *easy = curl_easy_init();
	char url[300];
	long number;

	if (!easy) {
		l->failed = true;
		return NULL;
	}
	snprintf(url, sizeof(url), "%s/v1/customers", l->url);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_USERNAME, l->key);
	curl_easy_setopt(easy, CURLOPT_PASSWORD, "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, l->why);
	for (number = l->from; number < l->to && !l->failed; number++)
		l->failed = !post_customer(l, easy, number);
	curl_easy_cleanup(easy);
	return NULL;
}

int main(int argc, char **argv)
{
	struct loader loaders[CONNECTIONS] = { { 0 } };
	pthread_t threads[CONNECTIONS];
	char *rest = NULL;
	long count = argc == 4 ? strtol(argv[3], &rest, 10) : -1;
	bool failed = false;
	int i;

	if (count < 0 || !rest || *rest) {
		fprintf(stderr, "usage: load URL KEY COUNT\n");
		return 2;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 1;
	for (i = 0; i < CONNECTIONS; i++) {
		loaders[i].url = argv[1];
		loaders[i].key = argv[2];
		loaders[i].from = count * i / CONNECTIONS;
		loaders[i].to = count * (i + 1) / CONNECTIONS;
		if (pthread_create(&threads[i], NULL, load_range, &loaders[i]) != 0) {
			fprintf(stderr, "load: no thread to be had\n");
			return 1;
		}
	}
	for (i = 0; i < CONNECTIONS; i++) {
		pthread_join(threads[i], NULL);
		if (loaders[i].failed)
			fprintf(stderr, "load: %s\n", loaders[i].why[0] ? loaders[i].why : "failed");
		failed = failed || loaders[i].failed;
	}
	curl_global_cleanup();
	return failed ? 1 : 0;
}
