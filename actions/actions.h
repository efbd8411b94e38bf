/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_H
#define ACTIONS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The billing actions of a support agent, for a program that embeds them. This is the only header to include; link with
 * libstripeactions, libmicrohttpd, jansson, libcurl, libcrypto, libsqlite3, libicuuc and libicui18n.
 *
 *	char *why;
 *	struct sa *sa = sa_open(&(struct sa_options){ .config_file = "actions.json" }, &why);
 *	struct sa_result r;
 *	sa_run(sa, &(struct sa_call){ .action = "get_invoices", .inputs = "{\"limit\":3}", .token = jwt }, &r);
 *	puts(r.message);
 *	sa_result_clear(&r);
 *	sa_close(sa);
 *
 * Several threads may use one agent, when the transport and the clock that it was given are good for that; several
 *agents never meet.
 */
#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SA_PUBLIC __attribute__((visibility("default")))
#else
#define SA_PUBLIC
#endif

struct sa;

struct sa_header {
	const char *name, *value;
};

struct sa_http_request {
	const char *method; /* "GET", "POST", "DELETE"                  */
	const char *path;   /* from the slash on, with its query, encoded */
	const struct sa_header *headers;
	size_t n_headers;
	const char *body; /* NULL when there is none */
	size_t length;
};

/* Filled in by a transport. What it points to must live until the next call of the same transport. */
struct sa_http_response {
	int status;
	const struct sa_header *headers;
	size_t n_headers;
	const char *body;
	size_t length;
	const char *trouble; /* why there is no answer; NULL when there is one */
};

enum sa_fate {
	SA_ANSWERED,
	SA_NOT_SENT, /* surely nothing arrived                     */
	SA_TIMEOUT,  /* sent, no answer in time                     */
	SA_LOST,     /* sent, the answer was lost or incomplete     */
};

/* How requests reach Stripe instead of libcurl: an in-process simulator, a recorder, a proxy of your own. */
struct sa_transport {
	enum sa_fate (*send)(void *arg, const struct sa_http_request *request, struct sa_http_response *response);
	void *arg;
};

struct sa_options {
	const char *config_file; /* the configuration; or:                                                   */
	const char *config_json; /* the configuration as text; files in it are relative to the working directory */
	struct sa_transport transport; /* send NULL: libcurl to the configured stripe.base_url                   */
	struct sa_transport courier;   /* likewise, to step_up.deliver.url                                       */
	int64_t (*now)(void *arg);     /* Unix seconds; NULL: the machine's clock                                */
	void (*wait)(void *arg, unsigned milliseconds); /* between tries; NULL: sleeps                            */
	void *clock_arg;
};

/* NULL when the configuration has a fault: then *why (free it) names every one, with file, JSON path and reason. */
SA_PUBLIC struct sa *sa_open(const struct sa_options *options, char **why);
SA_PUBLIC void sa_close(struct sa *sa); /* NULL is fine */

struct sa_call {
	const char *action;	  /* the configured name                                                 */
	const char *inputs;	  /* a JSON object; NULL: {}. Hostile input is expected                  */
	const char *token;	  /* what the page presented: a token, or                                  */
	const char *user_id;	  /* a user id with                                                      */
	const char *user_hash;	  /* its hash                                                            */
	const char *environment;  /* "widget", "api", ...; NULL: the configured one                       */
	const char *confirmation; /* the person's consent to an earlier proposal with the same inputs; NULL */
	const char *conversation; /* with `turn`, so that one turn of a conversation changes one thing only;  */
	const char *turn;	  /* NULL: every call is a turn of its own                                   */
	const char *session;	  /* what sa_identify gave; counts before a token and a hash                  */
	const char *code;      /* what the person entered of the code that a needs_verification answer sent; NULL. It is
				  looked at first: the run goes on when it is right, and asks again when it is not */
	const char *tool_call; /* the model's name for this call, for the audit record; NULL                     */
};

/* Texts are owned by the result. */
struct sa_result {
	const char *status;  /* "ok", "needs_choice", "needs_confirmation", "needs_verification", "refused", "error" */
	const char *message; /* safe for the customer, complete by itself                        */
	const char *json;    /* {status, message, data, error?, next?}, for a page or a model       */
	const char *diagnostic; /* JSON for the operator only: exact code, hint, Stripe's request id   */
	const char *page; /* JSON for the customer's page alone, never for a model: a client_secret; mostly NULL */
	void *hold;
};

SA_PUBLIC void sa_run(struct sa *sa, const struct sa_call *call, struct sa_result *out);
SA_PUBLIC void sa_result_clear(struct sa_result *result);

/*
 * The session that a proof opens (token, or user_id with user_hash; nothing else of the call counts), good for as long
 * as the proof is: what a page keeps in place of its token, and needs when identity.single_use_tokens is set. free()
 * it; NULL when the proof is none, for reasons that are nobody's business.
 */
SA_PUBLIC char *sa_identify(struct sa *sa, const struct sa_call *proof);
/* Log-out: the session, and the trust of a code entered in it, end. 0, or -1: it was none, or that could not be kept.
 */
SA_PUBLIC int sa_reset_user(struct sa *sa, const char *session);

/*
 * The enabled actions as tool definitions: format "mcp", "openai", "openai-strict" or "anthropic"; environment NULL:
 * the configured one. free() the text; NULL when there is no such format or environment.
 */
SA_PUBLIC char *sa_tools(const struct sa *sa, const char *format, const char *environment);
/* What is weak about the configuration, one line each; free() the text. */
SA_PUBLIC char *sa_warnings(const struct sa *sa);

#ifdef __cplusplus
}
#endif

#endif
