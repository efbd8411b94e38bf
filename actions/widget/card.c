/* SPDX-License-Identifier: MIT */
#include "actions/widget/card.h"

#include <string.h>

#include "actions/people/account.h"
#include "actions/runtime/admit.h"
#include "base/json.h"
#include "base/mem.h"

#define SECRET_MARK "_secret_"

static const struct {
	const char *card, *label, *does; /* does: a key of the chat's texts */
} cards[] = {
	{ "pm_card_visa", "Visa 4242", "works" },
	{ "pm_card_mastercard", "Mastercard 4444", "works" },
	{ "pm_card_visa_chargeDeclined", "Visa 0002", "is declined" },
	{ "pm_card_chargeDeclinedExpiredCard", "Visa 0069", "has expired" },
	{ "pm_card_authenticationRequired", "Visa 3184", "wants authentication" },
};

bool stripe_is_simulated(const struct config *c)
{
	return strcmp(c->base_url, "https://api.stripe.com") != 0;
}

json_t *test_cards(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < COUNT_OF(cards); i++) {
		json_t *row = json_object();

		js_put_text(row, "card", cards[i].card);
		js_put_text(row, "label", cards[i].label);
		js_put_text(row, "does", cards[i].does);
		json_array_append_new(list, row);
	}
	return list;
}

static bool card_known(const char *card)
{
	for (size_t i = 0; card && i < COUNT_OF(cards); i++)
		if (!strcmp(cards[i].card, card))
			return true;
	return false;
}

static bool account_find(
	struct agent *a, const struct evidence *who, const char *wanted, struct account *out, struct problem *why)
{
	struct identity identity;
	json_t *contact;
	bool found;

	if (!agent_identify(a, who, clock_now(&a->clock), false, &identity, why))
		return false;
	contact = contacts_find(&a->contacts, identity.user_id);
	if (!contact)
		return problem_raise(why, PROBLEM_CONTACT_NOT_FOUND, "no contact has this external_id");
	found = account_resolve(contact, wanted, &a->stripe, out, why);
	json_decref(contact);
	return found;
}

/* The id in front of the mark; NULL when the secret is none, or its intent is another customer's. */
static const char *intent_find(struct agent *a, const struct account *account, const char *secret, struct problem *why)
{
	const char *mark = secret ? strstr(secret, SECRET_MARK) : NULL, *id, *own;
	struct stripe_ask ask = { .method = "GET" };
	json_t *intent;

	if (mark && !strncmp(secret, "seti_", 5) &&
		strspn(secret + 5, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
			(size_t)(mark - secret) - 5) {
		id = arena_range(why->arena, secret, (size_t)(mark - secret));
		ask.path = arena_format(why->arena, "/v1/setup_intents/%s", id);
		intent = stripe_call(&a->stripe, &ask, why);
		if (!intent && why->code != PROBLEM_RESOURCE_NOT_FOUND)
			return NULL;
		own = js_text(intent, "client_secret");
		if (own && !strcmp(own, secret) && js_text(intent, "customer") &&
			!strcmp(js_text(intent, "customer"), account->customer))
			return id;
	}
	problem_raise(why, PROBLEM_RESOURCE_NOT_FOUND, "no SetupIntent of this customer has the client secret");
	return NULL;
}

/* The intent as the confirmation leaves it; NULL with `why`. */
static json_t *intent_confirm(struct agent *a, const char *id, const char *card, struct problem *why)
{
	js_auto params = json_object();
	struct stripe_ask ask = { .method = "POST",
		.path = arena_format(why->arena, "/v1/setup_intents/%s/confirm", id),
		.params = params,
		.idempotency_key = arena_format(why->arena, "test_card_%s_%s", id, card) };

	js_put_text(params, "payment_method", card);
	js_put_text(params, "return_url", a->config->base_url);
	return stripe_call(&a->stripe, &ask, why);
}

static bool default_set(struct agent *a, const char *customer, const char *method, struct problem *why)
{
	js_auto params = json_object();
	json_t *settings = json_object();
	struct stripe_ask ask = { .method = "POST",
		.path = arena_format(why->arena, "/v1/customers/%s", customer),
		.params = params,
		.idempotency_key = arena_format(why->arena, "test_card_default_%s", method) };

	js_put_text(settings, "default_payment_method", method);
	js_put_new(params, "invoice_settings", settings);
	return stripe_call(&a->stripe, &ask, why) != NULL;
}

json_t *test_card_save(struct agent *a, const struct evidence *who, const json_t *body, struct problem *why)
{
	const char *card = js_text(body, "card"), *id, *status;
	struct account account;
	json_t *intent, *out;
	bool saved;

	if (!stripe_is_simulated(a->config) || !card_known(card)) {
		problem_raise(why, PROBLEM_ARGUMENTS_INVALID, "test cards are for the simulator, by their names");
		return NULL;
	}
	if (!account_find(a, who, js_text(body, "account"), &account, why))
		return NULL;
	id = intent_find(a, &account, js_text(body, "client_secret"), why);
	intent = id ? intent_confirm(a, id, card, why) : NULL;
	if (id && !intent && why->status != 402) /* 402: the card's own answer, which is no trouble of ours */
		return NULL;
	if (!id)
		return NULL;
	status = js_text(intent, "status");
	saved = status && !strcmp(status, "succeeded");
	if (saved && !default_set(a, account.customer, js_text(intent, "payment_method"), why))
		return NULL;
	out = json_object();
	js_put_flag(out, "saved", saved);
	js_put_flag(out, "authenticate", status && !strcmp(status, "requires_action"));
	return out;
}
