/* SPDX-License-Identifier: MIT */
#include "actions/core/config_load.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

/* What is on offer: plans, and what customers may do with their subscription. */

static void read_prices(struct load *l, struct plan *p, json_t *list, size_t plan)
{
	struct config *c = l->c;
	const struct plan *other;
	json_t *row;
	size_t i;

	p->prices = arena_alloc(&c->arena, (json_array_size(list) + 1) * sizeof(*p->prices));
	json_array_foreach(list, i, row)
	{
		const char *path = arena_format(&c->arena, "$.plans[%zu].prices[%zu]", plan, i);
		struct plan_price *price = &p->prices[i];

		price->price = js_text(row, "price");
		price->interval = js_text(row, "interval");
		price->currency = js_text(row, "currency");
		for (const char *s = price->currency; s && *s; s++)
			if (*s < 'a' || *s > 'z') {
				load_fault(l, arena_format(&c->arena, "%s.currency", path),
					"must be three lower-case letters");
				break;
			}
		other = config_plan_of_price(c, price->price);
		if (other)
			load_fault(l, arena_format(&c->arena, "%s.price", path), "belongs to the plan %s already",
				other->key);
		p->n_prices = i + 1;
	}
}

void load_plans(struct load *l)
{
	struct config *c = l->c;
	json_t *list = js_get(c->root, "plans"), *row, *quantity;
	size_t i;

	c->plans = arena_alloc(&c->arena, (json_array_size(list) + 1) * sizeof(*c->plans));
	json_array_foreach(list, i, row)
	{
		struct plan *p = &c->plans[i];

		p->key = js_text(row, "key");
		p->label = js_text(row, "label");
		p->description = js_text(row, "description");
		p->rank = js_int(row, "rank", 0);
		quantity = js_get(row, "quantity");
		p->quantity_min = js_int(quantity, "min", 1);
		p->quantity_max = js_int(quantity, "max", quantity ? 1000000 : 1);
		p->quantity_adjustable = js_flag(quantity, "adjustable", false);
		if (p->quantity_min > p->quantity_max)
			load_fault(l, arena_format(&c->arena, "$.plans[%zu].quantity", i), "min is above max");
		if (config_plan(c, p->key))
			load_fault(l, arena_format(&c->arena, "$.plans[%zu].key", i), "is used twice");
		read_prices(l, p, js_get(row, "prices"), i);
		c->n_plans = i + 1;
	}
}

static struct change_rule read_change(const json_t *rule, const char *proration)
{
	return (struct change_rule) {
		.enabled = js_flag(rule, "enabled", true),
		.at_period_end = !strcmp(load_text(rule, "when", "now"), "period_end"),
		.undo_enabled = js_flag(rule, "undo_enabled", true),
		.proration_behavior = load_text(rule, "proration_behavior", proration),
		.billing_cycle_anchor = load_text(rule, "billing_cycle_anchor", "unchanged"),
		.payment_behavior = load_text(rule, "payment_behavior", "error_if_incomplete"),
	};
}

static void read_cancellation(struct config *c)
{
	const json_t *policy = js_get(c->root, "cancellation_policy"), *reason = js_get(policy, "reason");
	const json_t *options = js_get(reason, "options");
	const char *mode = load_text(policy, "mode", "at_period_end"), *credit = load_text(policy, "credit", "none");
	struct cancellation_policy *p = &c->cancellation;

	/* Without a policy nobody decided that customers may cancel in the chat. */
	p->enabled = policy && js_flag(policy, "enabled", true);
	p->undo_enabled = js_flag(policy, "undo_enabled", true);
	p->reason_required = js_flag(reason, "required", false);
	p->comment_max = js_int(policy, "comment_max", 500);
	p->mode = !strcmp(mode, "choice")	 ? CANCEL_CHOICE
		  : !strcmp(mode, "immediately") ? CANCEL_IMMEDIATELY
						 : CANCEL_AT_PERIOD_END;
	p->credit = !strcmp(credit, "none")		? CREDIT_NONE
		    : !strcmp(credit, "prorate_credit") ? CREDIT_PRORATE
							: CREDIT_INVOICE_NOW;
	for (unsigned i = 0; config_reasons[i]; i++)
		if (!options || load_has(options, config_reasons[i]))
			p->reasons |= 1U << i;
}

static void read_offer(struct load *l, struct offer *o, const json_t *row, size_t i)
{
	static const char *const kinds[] = { "coupon", "pause", "downgrade", "extend_trial" };
	const char *kind = js_text(row, "kind"), *path = arena_format(&l->c->arena, "$.retention.offers[%zu]", i);

	o->key = js_text(row, "key");
	o->label = js_text(row, "label");
	o->coupon = js_text(row, "coupon");
	o->plan = js_text(row, "plan");
	o->days = js_int(row, "days", 0);
	o->reason = js_text(row, "reason");
	for (unsigned k = 0; k < COUNT_OF(kinds); k++)
		if (!strcmp(kinds[k], kind))
			o->kind = (enum offer_kind)k;
	if (o->kind == OFFER_COUPON && !o->coupon)
		load_fault(l, path, "an offer of a coupon needs coupon");
	if ((o->kind == OFFER_PAUSE || o->kind == OFFER_EXTEND_TRIAL) && !o->days)
		load_fault(l, path, "this kind of offer needs days");
	if (o->kind == OFFER_DOWNGRADE && (!o->plan || !config_plan(l->c, o->plan)))
		load_fault(l, path, "an offer of a downgrade needs the key of a plan");
	for (size_t k = 0; k < i; k++)
		if (!strcmp(l->c->retention.offers[k].key, o->key))
			load_fault(l, path, "the key is used twice");
}

static void read_retention(struct load *l)
{
	json_t *retention = js_get(l->c->root, "retention"), *list = js_get(retention, "offers"), *row;
	struct retention *r = &l->c->retention;
	size_t i;

	r->offers = arena_alloc(&l->c->arena, (json_array_size(list) + 1) * sizeof(*r->offers));
	r->max_per_customer = js_int(retention, "max_per_customer", 1);
	r->cooldown_days = js_int(retention, "cooldown_days", 90);
	json_array_foreach(list, i, row)
	{
		read_offer(l, &r->offers[i], row, i);
		r->n_offers = i + 1;
	}
}

static void read_payment_method(struct load *l)
{
	const json_t *given = js_get(l->c->root, "payment_method");
	const char *mode = load_text(given, "mode", "off"), *url = js_text(given, "return_url");

	l->c->payment_method.mode = !strcmp(mode, "portal_link")    ? PAYMENT_METHOD_PORTAL
				    : !strcmp(mode, "setup_intent") ? PAYMENT_METHOD_INTENT
								    : PAYMENT_METHOD_OFF;
	l->c->payment_method.return_url = url;
	if (url && strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		load_fault(l, "$.payment_method.return_url", "must begin with https:// or http://");
}

static void read_billing_fields(struct config *c)
{
	static const struct {
		const char *name;
		enum billing_field field;
	} fields[] = { { "address", FIELD_ADDRESS }, { "email", FIELD_EMAIL }, { "name", FIELD_NAME },
		{ "phone", FIELD_PHONE }, { "tax_id", FIELD_TAX_ID }, { "shipping", FIELD_SHIPPING } };
	const json_t *list = js_get(c->root, "billing_fields");

	/* Left out, nothing may be changed: as an empty allowed_updates of Stripe's customer portal. */
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (load_has(list, fields[i].name))
			c->billing_fields |= fields[i].field;
}

void load_policies(struct load *l)
{
	struct config *c = l->c;

	c->upgrade = read_change(js_at(c->root, "change_policy.upgrade"), "always_invoice");
	c->downgrade = read_change(js_at(c->root, "change_policy.downgrade"), "create_prorations");
	c->promotion_codes = js_flag(js_get(c->root, "change_policy"), "allow_promotion_codes", false);
	/* Unlike Stripe's customer portal a trial goes on unless it is told to end: nobody is charged unawares. */
	c->trial_ends = !strcmp(
		load_text(js_get(c->root, "change_policy"), "trial_update_behavior", "continue_trial"), "end_trial");
	read_cancellation(c);
	read_retention(l);
	read_payment_method(l);
	read_billing_fields(c);
}
