/* SPDX-License-Identifier: MIT */
#include "actions/catalog/action.h"

#include <string.h>

#include "actions/core/digest.h"
#include "actions/core/wording.h"
#include "base/json.h"

json_t *run_own(struct action_run *run, json_t *tree)
{
	return js_lent(run->arena, tree);
}

const char *say(const struct action_run *run, const char *english)
{
	return phrase(run->locale, english);
}

const char *run_money(const struct action_run *run, int64_t amount, const char *currency)
{
	return locale_money(run->locale, run->arena, amount, currency);
}

const char *run_date(const struct action_run *run, int64_t at)
{
	return locale_date(run->locale, run->arena, at, run->config->time_zone);
}

const char *run_interval(const struct action_run *run, const char *interval, int64_t count)
{
	return locale_interval(run->locale, run->arena, interval, count);
}

void run_put_time(struct action_run *run, json_t *out, const char *key, int64_t at)
{
	js_put_text(out, key, at ? wording_iso(run->arena, at) : NULL);
}

json_t *run_get(struct action_run *run, const char *path, json_t *params)
{
	struct stripe_ask ask = { .method = "GET", .path = path, .params = params };

	return stripe_call(run->client, &ask, run->why);
}

json_t *run_preview(struct action_run *run, const char *path, json_t *params)
{
	struct stripe_ask ask = { .method = "POST", .path = path, .params = params };

	return stripe_call(run->client, &ask, run->why);
}

json_t *run_make(struct action_run *run, const char *path, json_t *params)
{
	const char *message = arena_format(run->arena, "make\n%s\n%s\n%s\n%lld", run->config->agent_id,
		run->account.customer, path, (long long)run->now);
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	struct stripe_ask ask = { .method = "POST", .path = path, .params = params };
	json_t *made;

	digest_make(run->key, DIGEST_SIZE, message, strlen(message), digest);
	digest_hex(digest, 20, hex);
	ask.idempotency_key = arena_format(run->arena, "act_%s", hex);
	made = stripe_call(run->client, &ask, run->why);
	run->why->outcome_unknown = false;
	return made;
}

bool run_owns(const struct action_run *run, const json_t *object)
{
	const char *customer = js_text(object, "customer");

	if (!customer)
		customer = js_text_at(object, "customer.id");
	return customer && !strcmp(customer, run->account.customer);
}

bool run_check_owner(struct action_run *run, const json_t *object)
{
	if (run_owns(run, object))
		return true;
	return problem_raise(run->why, PROBLEM_RESOURCE_NOT_FOUND, "cross_customer_attempt: the object is not %s's",
		run->account.customer);
}

/* Stripe has looked at the request and refused it; not because it was busy. */
static bool is_refusal(const struct problem *p)
{
	return p->status >= 400 && p->status < 500 && p->code != PROBLEM_STRIPE_RATE_LIMITED &&
	       p->code != PROBLEM_STRIPE_BUSY;
}

/*
 * The answer to a write of which a try may have gone through, by what the object shows. A refusal may come of just
 * that: DELETE knows no idempotency key, and what is gone cannot be deleted again (API reference, "Idempotent
 * requests").
 */
static json_t *write_look_up(struct action_run *run, const struct run_write *write)
{
	struct problem *why = run->why, last = *why;
	enum problem_code code = why->code;
	const char *detail = why->detail;
	json_t *now;

	json_incref(last.extra);
	problem_clear(why);
	now = run_get(run, write->read_path, NULL);
	if (now && is_refusal(&last) && !write->applied(now, write->arg)) {
		*why = last;
		why->outcome_unknown = false;
		return NULL;
	}
	json_decref(last.extra);
	if (now && write->applied(now, write->arg)) {
		envelope_warn(run->answer, "outcome_recovered");
		return now;
	}
	/* After a server error the server is done with the request; after silence it may still be at it. */
	if (now && code == PROBLEM_STRIPE_SERVER_ERROR)
		problem_raise(why, code, "%s; read back: not applied", detail);
	else
		problem_raise(
			why, PROBLEM_OUTCOME_UNKNOWN, "%s; read back: %s", detail, now ? "not applied" : "failed too");
	why->outcome_unknown = why->code == PROBLEM_OUTCOME_UNKNOWN;
	return NULL;
}

static json_t *write_send(struct action_run *run, const struct run_write *write)
{
	struct stripe_ask ask = {
		.method = write->method,
		.path = write->path,
		.params = write->params,
		.idempotency_key = arena_format(run->arena, "%s_%s", run->idempotency, write->step),
		.ids = run->write_ids,
	};
	json_t *receipt = stripe_call(run->client, &ask, run->why), *now;

	if (!receipt)
		return run->why->outcome_unknown ? write_look_up(run, write) : NULL;
	now = run_get(run, write->read_path, NULL);
	if (!now) {
		/* The write was answered; only looking at it again failed. Its answer is the best there is. */
		problem_clear(run->why);
		envelope_warn(run->answer, "read_back_failed");
		now = receipt;
	}
	if (write->applied(now, write->arg))
		return now;
	problem_raise(
		run->why, PROBLEM_OUTCOME_UNKNOWN, "%s was accepted, but the object does not show it", write->step);
	run->why->outcome_unknown = true;
	return NULL;
}

json_t *run_write(struct action_run *run, const struct run_write *write)
{
	json_t *now = write_send(run, write);

	run->written = now ? now : run->written;
	return now;
}
