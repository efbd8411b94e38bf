/* SPDX-License-Identifier: MIT */
/*
 * Cards of old: what customers had before there were payment methods, made from tokens. A card pays wherever a payment
 * method does, by its own id. Source: Stripe API reference "Cards", "Bank accounts".
 */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/generic.h"
#include "resources/payments/inside.h"

static const struct schema_resource *card_type(void)
{
	return schema_find_object("card");
}

/* ---- making ---- */

struct record *card_from_token(struct call *call, struct record *customer, const char *token, const char *where)
{
	struct raw_card raw;
	json_t *body, *private;

	if (token_read(call, token, where, &raw))
		return NULL;
	body = shape_new(call, card_type(), NULL);
	js_put_text(body, "brand", brand_title(raw.test->brand));
	js_put_text(body, "country", raw.test->country);
	js_put_text(body, "customer", customer ? customer->id : NULL);
	js_put_text(body, "cvc_check", raw.test->cvc_check ? raw.test->cvc_check : customer ? "pass" : "unchecked");
	js_put_int(body, "exp_month", raw.exp_month);
	js_put_int(body, "exp_year", raw.exp_year);
	js_put_text(body, "fingerprint", fingerprint(call, raw.number));
	js_put_text(body, "funding", raw.test->funding);
	js_put_text(body, "last4", raw.number + strlen(raw.number) - 4);
	js_put_new(body, "metadata", json_object());
	js_put_text(body, "regulated_status", "unregulated");
	private = js_own(body, PRIVATE_KEY);
	js_put_text(private, "test", test_card_key(raw.test));
	if (customer)
		js_put_text(private, "parent", customer->id);
	return object_store(call, card_type(), body_in_order(card_type(), body));
}

/* btok_us, which has to be verified, and btok_us_verified, which is from the start. */
static struct record *bank_from_token(struct call *call, struct record *customer, bool verified)
{
	const struct schema_resource *type = schema_find_object("bank_account");
	json_t *body = shape_new(call, type, NULL);

	js_put_text(body, "account_holder_name", "Jane Austen");
	js_put_text(body, "account_holder_type", "individual");
	js_put_text(body, "bank_name", "STRIPE TEST BANK");
	js_put_text(body, "country", "US");
	js_put_text(body, "currency", "usd");
	js_put_text(body, "customer", customer->id);
	js_put_text(body, "fingerprint", fingerprint(call, "000123456789"));
	js_put_text(body, "last4", "6789");
	js_put_new(body, "metadata", json_object());
	js_put_text(body, "routing_number", "110000000");
	js_put_text(body, "status", verified ? "verified" : "new");
	js_put_text(js_own(body, PRIVATE_KEY), "parent", customer->id);
	return object_store(call, type, body_in_order(type, body));
}

/* A source that was made before goes to the customer. */
static struct record *adopt_source(struct call *call, struct record *customer, const char *id, const char *where)
{
	const struct schema_resource *type = schema_find_object("source");
	struct record *source = account_get(call->account, id, type);

	if (!source) {
		fail_no_such_param(call, type, id, where);
		return NULL;
	}
	js_put_text(journal_edit(&call->journal, source), "customer", customer->id);
	js_put_text(journal_edit_private(&call->journal, source), "parent", customer->id);
	return source;
}

static int refuse_declined(struct call *call, struct record *card)
{
	const struct test_card *test = method_card(card);
	struct fail refusal;

	if (!test->decline || test->attaches)
		return 0;
	refusal = refusal_of(test->decline);
	fail_card(call, &refusal);
	call->fail.keep = false;
	return -1;
}

struct record *source_add(struct call *call, struct record *customer, const char *token, const char *where)
{
	struct record *source;

	if (!strncmp(token, "src_", 4))
		source = adopt_source(call, customer, token, where);
	else if (!strcmp(token, "btok_us_verified") || !strcmp(token, "btok_us"))
		source = bank_from_token(call, customer, !strcmp(token, "btok_us_verified"));
	else
		source = card_from_token(call, customer, token, where);
	if (!source || (record_is(source, "card") && refuse_declined(call, source)))
		return NULL;
	emit(call, "customer.source.created", source);
	if (!js_text(record_tree(customer), "default_source"))
		js_put_text(journal_edit(&call->journal, customer), "default_source", source->id);
	return source;
}

/* ---- routes ---- */

static int source_create(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");
	struct record *source;

	if (!customer)
		return -1;
	call_use_clock(call, customer);
	source = source_add(call, customer, param_text(call, "source"), "source");
	if (!source)
		return -1;
	if (param_given(call, "metadata") &&
		metadata_apply(call, journal_edit(&call->journal, source), param(call, "metadata")))
		return -1;
	emit_changed(call, "customer.updated", customer);
	return answer_record(call, source);
}

/* A source in the path: of that customer, and of a kind that is one. */
static struct record *own_source(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");
	struct record *source = customer ? account_find(call->account, call->ids[1]) : NULL;
	const char *parent = source ? js_text(record_private(source), "parent") : NULL;

	if (!customer)
		return NULL;
	call_use_clock(call, customer);
	if (source && !parent)
		parent = js_text(record_tree(source), "customer");
	if (source && !source->deleted && text_is(parent, customer->id) &&
		(record_is(source, "card") || record_is(source, "bank_account") || record_is(source, "source")))
		return source;
	fail_status(call, 404, "resource_missing", "id", "No such source: '%s'", call->ids[1]);
	return NULL;
}

static int source_retrieve(struct call *call)
{
	struct record *source = own_source(call);

	return source ? answer_record(call, source) : -1;
}

static int put_number(struct call *call, json_t *draft, const char *name)
{
	const char *text = param_text(call, name);
	int64_t value = 0;

	if (!text)
		return 0;
	if (!*text || strlen(text) > 4 || strspn(text, "0123456789") != strlen(text))
		return fail_invalid(call, "parameter_invalid_integer", name, "Invalid integer: %s", text);
	for (const char *c = text; *c; c++)
		value = value * 10 + (*c - '0');
	js_put_int(draft, name, value < 100 && !strcmp(name, "exp_year") ? value + 2000 : value);
	return 0;
}

static int source_update(struct call *call)
{
	static const char *const except[] = { "exp_month", "exp_year", NULL };
	struct record *source = own_source(call);
	json_t *draft;

	if (!source)
		return -1;
	draft = journal_edit(&call->journal, source);
	if (params_apply(call, draft, source->type, except))
		return -1;
	if (record_is(source, "card") && (put_number(call, draft, "exp_month") || put_number(call, draft, "exp_year")))
		return -1;
	emit_changed(call, "customer.source.updated", source);
	return answer_record(call, source);
}

/* The two test amounts that were sent there. Source: Stripe docs "Verify customers' bank accounts", testing. */
static bool amounts_match(json_t *amounts)
{
	json_int_t first = json_integer_value(json_array_get(amounts, 0));
	json_int_t second = json_integer_value(json_array_get(amounts, 1));

	return json_array_size(amounts) == 2 && ((first == 32 && second == 45) || (first == 45 && second == 32));
}

static int source_verify(struct call *call)
{
	struct record *source = own_source(call);

	if (!source)
		return -1;
	if (!record_is(source, "bank_account"))
		return fail_invalid(call, NULL, NULL, "Only bank accounts can be verified; %s is none.", source->id);
	if (strcmp(js_text(record_tree(source), "status"), "new"))
		return fail_invalid(call, NULL, NULL, "This bank account cannot be verified: it has a status of %s.",
			js_text(record_tree(source), "status"));
	if (!amounts_match(param(call, "amounts")))
		return fail_invalid(call, "bank_account_verification_failed", "amounts",
			"The amounts provided do not match the amounts that were sent to the bank account.");
	js_put_text(journal_edit(&call->journal, source), "status", "verified");
	emit_changed(call, "customer.source.updated", source);
	return answer_record(call, source);
}

static bool is_of(struct record *source, const char *customer)
{
	const char *parent = js_text(record_private(source), "parent");

	return !source->deleted && text_is(parent, customer);
}

/* The newest source that is left, or nothing. */
static const char *next_default(struct call *call, struct record *customer, const struct record *gone)
{
	const struct list *cards = list_by(call, card_type(), LIST_PARENT, customer->id);

	for (size_t i = cards->count; i-- > 0;)
		if (cards->at[i] != gone && is_of(cards->at[i], customer->id))
			return ((struct record *)cards->at[i])->id;
	return NULL;
}

static int source_delete(struct call *call)
{
	struct record *source = own_source(call);
	struct record *customer = source ? path_object(call, 0, "customer") : NULL;
	const char *is = customer ? js_text(record_tree(customer), "default_source") : NULL;
	struct body *last;

	if (!source)
		return -1;
	if (text_is(is, source->id))
		js_put_text(
			journal_edit(&call->journal, customer), "default_source", next_default(call, customer, source));
	journal_freeze(&call->journal, source);
	last = body_keep(source->body);
	if (record_is(source, "source")) {
		/* A source outlives its customer's farewell: it is only let go. */
		json_object_del(journal_edit(&call->journal, source), "customer");
		json_object_del(journal_edit_private(&call->journal, source), "parent");
	} else {
		journal_delete(&call->journal, source);
	}
	emit_body(call, "customer.source.deleted", last, NULL);
	body_drop(last);
	emit_changed(call, "customer.updated", customer);
	return answer_record(call, source);
}

static const struct schema_resource *wanted_type(struct call *call)
{
	const char *object = param_text(call, "object");

	return text_is(object, "bank_account") ? schema_find_object("bank_account") : card_type();
}

static int source_list(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");
	struct list_want want = { LIST_PARENT, customer ? customer->id : NULL };

	if (!customer)
		return -1;
	/* `object` chooses the kind; without it, cards: bank accounts are listed with object=bank_account. */
	const struct schema_resource *type = wanted_type(call);

	json_object_del(call->params, "object");
	return list_answer(call, type, &want, 1, call->path);
}

static const struct resource_route routes[] = {
	{ "POST", "/v1/customers/{id}/sources", source_create },
	{ "GET", "/v1/customers/{id}/sources", source_list },
	{ "GET", "/v1/customers/{customerId}/sources/{id}", source_retrieve },
	{ "POST", "/v1/customers/{customerId}/sources/{id}", source_update },
	{ "DELETE", "/v1/customers/{customerId}/sources/{id}", source_delete },
	{ "POST", "/v1/customers/{customerId}/sources/{id}/verify", source_verify },
	{ 0 },
};

/* Lists find a customer's cards by their parent. */
static void card_adopt(struct call *call, struct record *card)
{
	const char *customer = js_text(record_tree(card), "customer");

	if (customer)
		js_put_text(journal_edit_private(&call->journal, card), "parent", customer);
}

const struct resource card_resource = {
	.name = "Card",
	.routes = routes,
	.adopt = card_adopt,
};
