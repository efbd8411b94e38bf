/* SPDX-License-Identifier: MIT */
#include "actions/catalog/offers.h"

#include <string.h>

#include "actions/catalog/manage.h"
#include "actions/core/wording.h"
#include "base/json.h"
#include "value/calendar.h"

#define QUARTER (90 * CALENDAR_DAY)
#define EVER (10 * 365 * CALENDAR_DAY)

static bool caps_broken(struct action_run *run)
{
	return problem_raise(run->why, PROBLEM_STORE_UNAVAILABLE, "%s", store_trouble(run->ledger->store));
}

/* What a mark says: which offer, by which consent. NULL while nothing is consented to. */
static const char *mark_value(const struct action_run *run)
{
	const char *key = js_text(run->inputs, "offer");

	return run->idempotency && key ? arena_format(run->arena, "%s %s", key, run->idempotency) : NULL;
}

/*
 * 1: the customer may have another offer; 0: no more; -1: the store failed, raised. An offer that this very consent was
 * counted for may be tried again: it is still the same one.
 */
static int caps_allow(struct action_run *run)
{
	const struct retention *r = &run->config->retention;
	const char *customer = run->account.customer;
	int64_t ever = ledger_count(run->ledger, MARK_OFFER, customer, NULL, 0);
	int64_t quarter = ledger_count(run->ledger, MARK_OFFER, customer, NULL, run->now - QUARTER);
	int64_t lately =
		ledger_count(run->ledger, MARK_OFFER, customer, NULL, run->now - r->cooldown_days * CALENDAR_DAY);

	int64_t own = mark_value(run) ? ledger_count(run->ledger, MARK_OFFER, customer, mark_value(run), 0) : 0;

	if (ever < 0 || quarter < 0 || lately < 0 || own < 0) {
		caps_broken(run);
		return -1;
	}
	if (own)
		return 1;
	if (r->max_per_customer && ever >= r->max_per_customer)
		return 0;
	if (run->config->limits.offers_per_90d && quarter >= run->config->limits.offers_per_90d)
		return 0;
	return !(r->cooldown_days && lately);
}

/* Whether the offer makes sense for the subscription, whatever the caps say. */
static bool offer_fits(const struct action_run *run, const struct offer *o, const json_t *s)
{
	const char *price = js_text_at(holding_item(s), "price.id");
	const struct plan *now = price ? config_plan_of_price(run->config, price) : NULL, *then;

	if (holding_is_over(s) || holding_ends_at(s) || holding_has(s, "schedule"))
		return false;
	switch (o->kind) {
	case OFFER_COUPON:
		return (holding_is_status(s, "active") || holding_is_status(s, "trialing")) &&
		       !json_array_size(js_get(s, "discounts"));
	case OFFER_PAUSE:
		return holding_is_status(s, "active") && !holding_has(s, "pause_collection");
	case OFFER_EXTEND_TRIAL:
		return holding_is_status(s, "trialing");
	case OFFER_DOWNGRADE:
		then = config_plan(run->config, o->plan);
		return (holding_is_status(s, "active") || holding_is_status(s, "trialing")) && now && then &&
		       then->rank < now->rank;
	}
	return false;
}

/* The one to be made: what is meant for the reason that was given before what is for everybody. NULL: none fits. */
static const struct offer *offer_choose(const struct action_run *run, const json_t *subscription, const char *reason)
{
	const struct retention *r = &run->config->retention;
	const struct offer *general = NULL;

	for (size_t i = 0; i < r->n_offers; i++) {
		const struct offer *o = &r->offers[i];

		if (!offer_fits(run, o, subscription))
			continue;
		if (o->reason && reason && !strcmp(o->reason, reason))
			return o;
		if (!o->reason && !general)
			general = o;
	}
	return general;
}

bool offers_tell(struct action_run *run, const struct holding *holding, const char *reason)
{
	const struct offer *o;
	json_t *list, *row;
	int allowed;

	if (!run->config->retention.n_offers)
		return true;
	allowed = caps_allow(run);
	if (allowed <= 0)
		return allowed == 0;
	o = offer_choose(run, holding->subscription, reason);
	if (!o)
		return true;
	list = json_array();
	row = json_object();
	js_put_text(row, "offer", o->key);
	js_put_text(row, "label", o->label);
	json_array_append_new(list, row);
	js_put_new(run->answer->data, "offers", list);
	text_format(&run->answer->message, say(run, "\nInstead, you could have: %s."), o->label);
	envelope_next(run->answer, "operation accept_offer with the offer keeps the subscription.");
	return true;
}

static const struct offer *offer_find(struct action_run *run)
{
	const struct retention *r = &run->config->retention;
	const char *key = js_text(run->inputs, "offer");

	for (size_t i = 0; key && i < r->n_offers; i++)
		if (!strcmp(r->offers[i].key, key))
			return &r->offers[i];
	if (key)
		problem_raise(run->why, PROBLEM_OFFER_UNAVAILABLE, "no offer %s is configured", key);
	else
		problem_raise(run->why, PROBLEM_ARGUMENTS_INVALID, "offer is required");
	return NULL;
}

/* A coupon can have run out since the offer was configured (Stripe API reference, "Coupons": valid). */
static bool coupon_check(struct action_run *run, const struct offer *o, const json_t *s)
{
	json_t *coupon = run_get(run, arena_format(run->arena, "/v1/coupons/%s", o->coupon), NULL);
	const char *currency = js_text(coupon, "currency"), *own = js_text(s, "currency");

	if (!coupon) {
		if (run->why->code != PROBLEM_RESOURCE_NOT_FOUND)
			return false;
		return problem_raise(run->why, PROBLEM_OFFER_UNAVAILABLE, "there is no coupon %s", o->coupon);
	}
	if (!js_flag(coupon, "valid", false))
		return problem_raise(
			run->why, PROBLEM_OFFER_UNAVAILABLE, "the coupon %s has expired or is used up", o->coupon);
	if (currency && own && strcmp(currency, own) != 0)
		return problem_raise(
			run->why, PROBLEM_OFFER_UNAVAILABLE, "the coupon %s is in %s", o->coupon, currency);
	return true;
}

static json_t *params_make(struct action_run *run, const struct offer *o, const json_t *s)
{
	json_t *params = json_object(), *inner, *list;

	switch (o->kind) {
	case OFFER_COUPON:
		inner = json_object();
		list = json_array();
		js_put_text(inner, "coupon", o->coupon);
		json_array_append_new(list, inner);
		js_put_new(params, "discounts", list);
		break;
	case OFFER_PAUSE:
		inner = json_object();
		js_put_text(inner, "behavior", "void");
		/* Counted from the period's end, so that no paid day is lost; whole days keep the consent the same. */
		js_put_int(inner, "resumes_at", holding_period_end(s) + o->days * CALENDAR_DAY);
		js_put_new(params, "pause_collection", inner);
		break;
	case OFFER_EXTEND_TRIAL:
		js_put_int(params, "trial_end", js_int(s, "trial_end", run->now) + o->days * CALENDAR_DAY);
		js_put_text(params, "proration_behavior", "none");
		break;
	case OFFER_DOWNGRADE:
		break;
	}
	return params;
}

/* As if the customer had asked for the plan; the arguments themselves are part of the consent and stay as they are. */
static bool downgrade_plan(struct action_run *run, const struct offer *o, struct proposal *out)
{
	json_t *given = run->inputs;
	bool planned;

	run->inputs = run_own(run, json_copy(given));
	js_put_text(run->inputs, "plan", o->plan);
	planned = change_plan(run, out);
	run->inputs = given;
	return planned;
}

bool offer_plan(struct action_run *run, struct proposal *out)
{
	const struct offer *o = offer_find(run);
	const struct holding *h;
	struct holdings all;
	const char *name;
	int allowed;

	if (!o || !holdings_load(run, &all))
		return false;
	h = holding_pick(run, &all, NULL);
	if (!h)
		return false;
	allowed = caps_allow(run);
	if (allowed < 0)
		return false;
	if (!allowed || !offer_fits(run, o, h->subscription))
		return problem_raise(run->why, PROBLEM_OFFER_NOT_ELIGIBLE, "%s: %s", o->key,
			allowed ? "the subscription's state does not fit" : "a cap of retention or limits is reached");
	if (o->kind == OFFER_DOWNGRADE) {
		return downgrade_plan(run, o, out);
	}
	if (o->kind == OFFER_COUPON && !coupon_check(run, o, h->subscription))
		return false;
	name = holding_name(run, h->subscription);
	if (!name)
		return false;
	out->writes = true;
	out->before = h->subscription;
	out->state = run_own(run, json_object());
	js_put_text(out->state, "operation", "accept_offer");
	js_put_text(out->state, "offer", o->key);
	js_put_text(out->state, "subscription", js_text(h->subscription, "id"));
	js_put_text(out->state, "status", js_text(h->subscription, "status"));
	js_put_new(out->state, "params", params_make(run, o, h->subscription));
	js_put_text(run->answer->data, "operation", "accept_offer");
	js_put_text(run->answer->data, "offer", o->key);
	js_put_text(run->answer->data, "label", o->label);
	js_put_text(run->answer->data, "subscription", h->handle);
	js_put_text(run->answer->data, "plan", name);
	text_format(&run->answer->message, say(run, "Keep %s with this offer: %s."), name, o->label);
	return true;
}

static bool offer_applied(const json_t *subscription, const void *arg)
{
	const json_t *params = arg;

	if (js_get(params, "discounts"))
		return json_array_size(js_get(subscription, "discounts")) > 0;
	if (js_get(params, "pause_collection"))
		return js_int_at(subscription, "pause_collection.resumes_at", 0) ==
		       js_int_at(params, "pause_collection.resumes_at", -1);
	return js_int(subscription, "trial_end", 0) == js_int(params, "trial_end", -1);
}

/* Counted before it is given: a customer who gets around the caps by a crash is worse than one who loses an offer. */
static bool offer_count(struct action_run *run)
{
	const char *customer = run->account.customer, *value = mark_value(run);
	int64_t own = ledger_count(run->ledger, MARK_OFFER, customer, value, 0);

	if (own > 0)
		return true;
	return (!own && ledger_add(run->ledger, MARK_OFFER, customer, value, run->now, EVER)) || caps_broken(run);
}

bool offer_perform(struct action_run *run, const struct proposal *agreed)
{
	const json_t *state = agreed->state, *now;
	const char *path = arena_format(run->arena, "/v1/subscriptions/%s", js_text(state, "subscription"));
	json_t *params = js_get(state, "params");

	if (!offer_count(run))
		return false;
	if (!params)
		return change_perform(run, agreed);
	now = run_write(run, &(struct run_write) {
				     .method = "POST",
				     .path = path,
				     .params = params,
				     .step = "accept_offer",
				     .read_path = path,
				     .applied = offer_applied,
				     .arg = params,
			     });
	if (!now)
		return false;
	text_reset(&run->answer->message);
	js_put_text(run->answer->data, "status", js_text(now, "status"));
	text_format(&run->answer->message, say(run, "Done: %s goes on with this offer: %s."),
		js_text(run->answer->data, "plan"), js_text(run->answer->data, "label"));
	return true;
}
