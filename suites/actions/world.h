/* SPDX-License-Identifier: MIT */
#ifndef SUITES_ACTIONS_WORLD_H
#define SUITES_ACTIONS_WORLD_H

#include <unistd.h>

#include "actions/doors/http_routes.h"
#include "suites/actions/company.h"

#define HOST "127.0.0.1:8080"

/* A company a door, so that none sees what another did. */

struct world {
	struct company company;
	char config[40], hash[65];
	struct evidence who;
};

static inline void world_open(struct world *w, const char *contact)
{
	FILE *file;
	int fd;

	memset(w, 0, sizeof(*w));
	company_open(&w->company, COMPANY_CONFIG);
	script_reply(&w->company.script,
		(struct reply) { .method = "POST", .path = "/v1/subscriptions/sub_ada", .body = ADA_ENDING });
	company_get(&w->company, "/v1/subscriptions/sub_ada", ADA_ENDING);
	if (contact) {
		identity_hash(w->company.agent->config, contact, w->hash);
		w->who = (struct evidence) { .user_id = contact, .user_hash = w->hash };
	}
	strncpy(w->config, "/tmp/actions_doors_XXXXXX", sizeof(w->config) - 1);
	fd = mkstemp(w->config);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	fputs(COMPANY_CONFIG, file);
	fclose(file);
}

static inline void world_close(struct world *w)
{
	unlink(w->config);
	company_close(&w->company);
}

static inline const char *no_query(void *arg, const char *name)
{
	(void)arg, (void)name;
	return NULL;
}

/* The HTTP door without its sockets; http_house_clear it. */
static inline void house_open(struct http_house *house, struct world *w)
{
	http_house_init(house);
	house->agent = w->company.agent;
	house->place.origin = "http://" HOST;
	house->port = 8080;
	house->model = model_scripted();
	house->err = stderr;
}

/* One request; the answer is the caller's to clear. */
static inline void house_ask(struct http_house *house, struct http_request request, struct http_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	request.host = request.host ? request.host : HOST;
	request.query = no_query;
	request.body = request.body ? request.body : "";
	request.length = strlen(request.body);
	http_route(house, &request, answer);
}

#endif
