/* SPDX-License-Identifier: MIT */
#ifndef CONTROL_INSIDE_H
#define CONTROL_INSIDE_H

#include "base/json.h"
#include "control/control.h"
#include "control/state.h"

/* What the control room's own files share. */

struct control {
	struct engine *engine;
	pthread_mutex_t lock; /* of the marks */
	struct map *marks;    /* name -> struct picture */
	uint64_t marks_made;
};

/* One control request. A route sets an answer and returns 0, or refuses and returns -1. */
struct order {
	struct control *control;
	struct engine *engine;
	const struct request *request;
	struct arena arena;
	json_t *args;	     /* query and body; texts, from a JSON body also other values; never NULL */
	const char *id;	     /* the decoded {…} of the path, or NULL */
	const char *account; /* the `account` argument, NULL: none */
	int status;
	json_t *answer;		  /* owned; NULL while there is none */
	struct bytes *raw;	  /* instead of answer, already indented; owned */
	const char *content_type; /* of raw, static; NULL: JSON */
};

struct control_route {
	const char *method;
	const char *pattern; /* behind CONTROL_PREFIX: "", "/clock", "/peek/{id}", "/portal/sessions/{id}/cancel" */
	int (*run)(struct order *o);
	const char *says; /* one line for GET /_mockstripe */
};

/* The tables of the room, each ended by zeros; control_tables itself by NULL. */
extern const struct control_route look_routes[], state_routes[], load_routes[], fault_routes[], authenticate_routes[],
	webhook_routes[], file_routes[], hosted_routes[], setting_routes[];
extern const struct control_route *const control_tables[];

/* POST /flush: the one that control_waits is about. */
int post_flush_order(struct order *o);

/* Refusals: -1. The remedy is a whole sentence. */
int order_refuse(struct order *o, int status, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
int order_no_account(struct order *o);
/* An argument as a whole number; false when it is absent or is no number (is_bad tells the two apart). */
bool order_int(const struct order *o, const char *name, int64_t *value, bool *is_bad);
const char *order_text(const struct order *o, const char *name); /* NULL when absent or not a text */
/* The account that the order names; NULL when there is none of that id. */
struct account *order_account(const struct order *o);

#endif
