/* SPDX-License-Identifier: MIT */
#include "actions/catalog/catalog.h"

#include <string.h>

#include "actions/catalog/manage.h"
#include "actions/catalog/offers.h"
#include "base/json.h"
#include "base/mem.h"

/* Manage Subscriptions: which plans there are, another plan, cancelling, and taking a cancellation back. */

static const struct operation {
	const char *name;
	bool (*plan)(struct action_run *run, struct proposal *out);
	bool (*perform)(struct action_run *run, const struct proposal *agreed); /* NULL: it only reads */
} operations[] = {
	{ "list_plans", plans_list, NULL },
	{ "preview_change", change_preview, NULL },
	{ "change_plan", change_plan, change_perform },
	{ "cancel", cancel_plan, cancel_perform },
	{ "undo_cancel", undo_plan, undo_perform },
	{ "undo_downgrade", undo_downgrade_plan, undo_downgrade_perform },
	{ "accept_offer", offer_plan, offer_perform },
	{ "add_payment_method", payment_method_plan, NULL },
};

static const char *const operation_names[] = { "list_plans", "preview_change", "change_plan", "cancel", "undo_cancel",
	"undo_downgrade", "accept_offer", "add_payment_method", NULL };
static const char *const intervals[] = { "day", "week", "month", "year", NULL };
static const char *const moments[] = { "at_period_end", "immediately", NULL };

static const struct input inputs[] = {
	{ .name = "operation",
		.kind = INPUT_CHOICE,
		.required = true,
		.choices = operation_names,
		.what = "What to do." },
	ACCOUNT_INPUT,
	{ .name = "subscription",
		.kind = INPUT_TEXT,
		.min = 1,
		.max = 100,
		.what = "Which subscription: a handle such as sub_1, only when the customer has several." },
	{ .name = "plan",
		.kind = INPUT_TEXT,
		.min = 1,
		.max = 64,
		.offered = "plans",
		.what = "Key of the wanted plan, for preview_change and change_plan." },
	{ .name = "interval",
		.kind = INPUT_CHOICE,
		.choices = intervals,
		.what = "Wanted billing period, for preview_change and change_plan; unchanged by default." },
	{ .name = "quantity",
		.kind = INPUT_INTEGER,
		.min = 1,
		.max = 1000000,
		.what = "Wanted number of seats or units, for preview_change and change_plan; unchanged by default." },
	{ .name = "promotion_code",
		.kind = INPUT_TEXT,
		.min = 1,
		.max = 100,
		.what = "A promotion code that the customer typed, for preview_change and change_plan." },
	{ .name = "when",
		.kind = INPUT_CHOICE,
		.choices = moments,
		.what = "When a cancellation takes effect; at the end of the paid period by default." },
	{ .name = "offer",
		.kind = INPUT_TEXT,
		.min = 1,
		.max = 64,
		.what = "Which offer of a cancellation's answer the customer takes, for accept_offer." },
	{ .name = "reason",
		.kind = INPUT_CHOICE,
		.choices = config_reasons,
		.what = "Why the customer cancels, in their words sorted into one of these; ask once, never insist." },
	{ .name = "comment",
		.kind = INPUT_TEXT,
		.lines = true,
		.min = 1,
		.max = 500,
		.what = "The customer's own words about the cancellation." },
	{ 0 },
};

static const struct operation *operation_find(const struct action_run *run)
{
	const char *name = js_text(run->inputs, "operation");

	for (size_t i = 0; i < COUNT_OF(operations); i++)
		if (!strcmp(operations[i].name, name))
			return &operations[i];
	die("the operation %s passed the check and is not in the table", name);
}

static bool manage_plan(struct action_run *run, struct proposal *out)
{
	return operation_find(run)->plan(run, out);
}

static bool manage_perform(struct action_run *run, const struct proposal *agreed)
{
	return operation_find(run)->perform(run, agreed);
}

static const struct allowance {
	const char *status;
	unsigned verbs;
	const char *text; /* why a change is refused */
} allowances[] = {
	{ "active", VERB_CHANGE | VERB_CANCEL | VERB_CANCEL_LATER, NULL },
	{ "trialing", VERB_CHANGE | VERB_CANCEL | VERB_CANCEL_LATER, NULL },
	{ "past_due", VERB_CANCEL | VERB_CANCEL_LATER,
		"The last payment for this subscription is still open. Please pay it first; then the plan can be "
		"changed." },
	{ "unpaid", VERB_CANCEL | VERB_CANCEL_LATER,
		"Invoices of this subscription are still open. Please pay them first; then the plan can be changed." },
	{ "incomplete", VERB_CANCEL,
		"The first payment for this subscription is not completed yet. Please complete it first." },
	{ "paused", VERB_CANCEL | VERB_CANCEL_LATER, "This subscription is paused until a payment method is added." },
	{ "incomplete_expired", 0, "This subscription never started and has ended. A new one is needed." },
	{ "canceled", 0, "This subscription has ended and can't be brought back. A new one is needed." },
};

/* Says why not, with the link for paying where that is what is missing. Gives false. */
static bool status_refuse(struct action_run *run, const json_t *subscription, const char *text)
{
	const char *link = holding_pay_link(run, subscription);

	if (run->why->code != PROBLEM_NONE)
		envelope_warn(run->answer, "invoice_unread"); /* the refusal stands without the link */
	problem_raise(run->why, PROBLEM_STATUS_BLOCKS_CHANGE, "the status is %s", js_text(subscription, "status"));
	if (!link) {
		problem_say(run->why, "%s", say(run, text));
		return false;
	}
	problem_say(run->why, "%s%s", say(run, text),
		arena_format(run->arena, say(run, " The open invoice can be paid here: %s"), link));
	problem_show(run->why, "pay_invoice_url", run_own(run, json_string(link)));
	return false;
}

bool manage_allows(struct action_run *run, const json_t *subscription, enum manage_verb verb)
{
	const char *status = js_text(subscription, "status");

	for (size_t i = 0; i < COUNT_OF(allowances); i++) {
		const struct allowance *row = &allowances[i];

		if (!holding_is_status(subscription, row->status))
			continue;
		if (row->verbs & verb)
			return true;
		return status_refuse(run, subscription, row->text);
	}
	return problem_raise(
		run->why, PROBLEM_STATUS_BLOCKS_CHANGE, "the status %s is not known", status ? status : "(none)");
}

const struct action_kind manage_subscriptions_kind = {
	.kind = "manage_subscriptions",
	.title = "Manage Subscriptions",
	.sentence = "Lists plans, previews and makes a change of plan, cancels, takes either back, and adds a payment "
		    "method, for the signed-in customer.",
	.contract = "A change answers needs_confirmation first: show its message to the customer in full, and let the "
		    "customer confirm. Never ask for ids. When the answer is needs_choice, ask the customer which one.",
	.inputs = inputs,
	.effect = EFFECT_CHANGES,
	.unknown_input = PROBLEM_ARGUMENTS_INVALID,
	.plan = manage_plan,
	.perform = manage_perform,
	.probe = "{\"operation\":\"list_plans\"}",
};
