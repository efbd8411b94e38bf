/* SPDX-License-Identifier: MIT */
#include "actions/catalog/change.h"

#include <string.h>

#include "actions/core/wording.h"
#include "base/json.h"

static void put_amount(struct action_run *run, json_t *out, const char *key, int64_t amount, const char *currency)
{
	js_put_int(out, key, amount);
	js_put_text(out, arena_format(run->arena, "%s_text", key), run_money(run, amount, currency));
}

static json_t *terms_data(struct action_run *run, const char *name, const json_t *price, int64_t quantity)
{
	json_t *out = json_object();

	js_put_text(out, "plan", name);
	js_put_int(out, "quantity", quantity);
	js_put_new(out, "price", price_data(run, price, quantity));
	return out;
}

static void tell_data(struct action_run *run, const struct change *c, const char *old_name)
{
	json_t *data = run->answer->data;

	js_put_text(data, "operation", "change_plan");
	js_put_text(data, "subscription", c->holding->handle);
	js_put_text(data, "direction", c->upgrade ? "upgrade" : "downgrade");
	js_put_new(data, "from", terms_data(run, old_name, c->old_price, c->old_quantity));
	js_put_new(data, "to", terms_data(run, c->plan->label, c->new_price, c->new_quantity));
	js_put_text(data, "currency", c->currency);
	if (c->promotion)
		js_put_text(data, "promotion_code", js_text(c->promotion, "code"));
	if (c->rule->at_period_end) {
		put_amount(run, data, "amount_due_now", 0, c->currency);
		js_put_text(
			data, "effective_at", wording_iso(run->arena, holding_period_end(c->holding->subscription)));
		return;
	}
	put_amount(run, data, "credit", c->credit, c->currency);
	put_amount(run, data, "charge", c->charge, c->currency);
	put_amount(run, data, "proration", c->credit + c->charge, c->currency);
	if (c->off)
		put_amount(run, data, "discount", c->off, c->currency);
	put_amount(run, data, "amount_due_now", c->due_now, c->currency);
	js_put_text(data, "effective_at", wording_iso(run->arena, c->moment));
	js_put_text(data, "renews_at", c->renews_at ? wording_iso(run->arena, c->renews_at) : NULL);
}

static void tell_money(struct action_run *run, const struct change *c)
{
	struct text *out = &run->answer->message;
	int64_t net = c->credit + c->charge - c->off, end = holding_period_end(c->holding->subscription);
	bool at_once = !strcmp(c->rule->proration_behavior, "always_invoice");

	if (c->ends_trial)
		text_put(out, say(run, " Your trial ends with the change."));
	if (holding_is_status(c->holding->subscription, "trialing") && !c->ends_trial) {
		text_format(out, say(run, " Nothing is charged during the trial, which ends on %s."),
			run_date(run, js_int(c->holding->subscription, "trial_end", end)));
		return;
	}
	if (c->credit)
		text_format(out, say(run, " You get %s back for the unused time."),
			run_money(run, -c->credit, c->currency));
	if (c->charge)
		text_format(out, say(run, " The new plan costs %s for the rest of the period."),
			run_money(run, c->charge, c->currency));
	if (c->off > 0)
		text_format(out, say(run, " Discounts take %s off."), run_money(run, c->off, c->currency));
	if (c->moves_anchor)
		text_format(out, say(run, " A new billing period starts at once: %s is due now."),
			run_money(run, c->due_now, c->currency));
	else if (at_once && net < 0)
		text_format(out, say(run, " Nothing is due now; %s is credited towards your next invoices."),
			run_money(run, -net, c->currency));
	else if (at_once)
		text_format(out, say(run, " %s is due now."), run_money(run, c->due_now, c->currency));
	else if (net < 0)
		text_format(out,
			say(run, " Nothing is due now; your next invoice on %s will be %s lower than the new price."),
			run_date(run, end), run_money(run, -net, c->currency));
	else if (net)
		text_format(out,
			say(run, " Nothing is due now; your next invoice on %s will be %s higher than the new price."),
			run_date(run, end), run_money(run, net, c->currency));
	else
		text_put(out, say(run, " Nothing is due now."));
}

static void tell_promotion(struct action_run *run, const struct change *c)
{
	if (c->promotion)
		text_format(&run->answer->message, say(run, " The code %s is applied."), js_text(c->promotion, "code"));
}

bool change_tell(struct action_run *run, const struct change *c)
{
	struct text *out = &run->answer->message;
	const char *old_name = price_name(run, c->old_price);

	if (!old_name)
		return false;
	tell_data(run, c, old_name);
	if (c->rule->at_period_end) {
		text_format(out,
			say(run, "Change from %s (%s) to %s (%s) on %s, at the end of the paid period. Until then "
				 "everything "
				 "stays as it is, and nothing is due now."),
			old_name, price_text(run, c->old_price, c->old_quantity), c->plan->label,
			price_text(run, c->new_price, c->new_quantity),
			run_date(run, holding_period_end(c->holding->subscription)));
		tell_promotion(run, c);
		return true;
	}
	text_format(out, say(run, "Change from %s (%s) to %s (%s), effective at once."), old_name,
		price_text(run, c->old_price, c->old_quantity), c->plan->label,
		price_text(run, c->new_price, c->new_quantity));
	tell_promotion(run, c);
	tell_money(run, c);
	if (c->renews_at)
		text_format(out, say(run, " It renews at the new price on %s."), run_date(run, c->renews_at));
	if (holding_ends_at(c->holding->subscription))
		text_format(out, say(run, " The subscription stays set to end on %s."),
			run_date(run, holding_ends_at(c->holding->subscription)));
	return true;
}

bool change_tell_nothing(struct action_run *run, const struct change *c)
{
	js_put_text(run->answer->data, "code", "no_change");
	js_put_text(run->answer->data, "subscription", c->holding->handle);
	text_format(&run->answer->message, say(run, "You are on %s (%s) already, so there is nothing to change."),
		c->plan->label, price_text(run, c->new_price, c->new_quantity));
	return true;
}

void change_tell_invoice(struct action_run *run, const json_t *subscription)
{
	const char *id = js_text(subscription, "latest_invoice"), *status, *link;
	json_t *invoice = id ? run_get(run, arena_format(run->arena, "/v1/invoices/%s", id), NULL) : NULL;
	struct text *out = &run->answer->message;

	if (run->why->code != PROBLEM_NONE) {
		problem_clear(run->why);
		envelope_warn(run->answer, "invoice_unread");
	}
	if (!invoice || !run_owns(run, invoice))
		return;
	status = js_text(invoice, "status");
	link = js_text(invoice, "hosted_invoice_url");
	js_put_text(run->answer->data, "invoice_number", js_text(invoice, "number"));
	js_put_text(run->answer->data, "invoice_status", status);
	js_put_text(run->answer->data, "hosted_invoice_url", link);
	if (status && !strcmp(status, "paid"))
		text_format(out, say(run, " %s was charged (invoice %s)."),
			run_money(run, js_int(invoice, "amount_paid", 0), js_text(invoice, "currency")),
			js_text(invoice, "number") ? js_text(invoice, "number") : say(run, "without number"));
	else if (link)
		text_format(out, say(run, " The invoice is still to be paid: %s"), link);
}
