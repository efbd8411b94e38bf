/* SPDX-License-Identifier: MIT */
/*
 * Tax ids. Those that authorities can look up start as pending and are settled right after the answer that made them,
 * by Stripe's magic numbers; everything else stays as it is. Source: Stripe docs "Customer tax IDs".
 */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/check.h"
#include "resources/customer_apply.h"
#include "resources/generic.h"
#include "resources/tax_id_form.h"

#define TAX_IDS_MOST 5 /* of one customer */

/* ---- verification ---- */

static bool is_looked_up(const char *type)
{
	return !strcmp(type, "eu_vat") || !strcmp(type, "gb_vat") || !strcmp(type, "au_abn");
}

/* What looking it up will say; NULL: it stays pending. */
static const char *outcome_of(const json_t *tax_id)
{
	const char *value = js_text(tax_id, "value"), *status = js_text_at(tax_id, "verification.status");

	if (!status || strcmp(status, "pending") != 0)
		return NULL;
	return strstr(value, "000000000") ? "verified" : strstr(value, "111111111") ? "unverified" : NULL;
}

static void settle(struct call *call, struct record *tax_id)
{
	const char *outcome = outcome_of(record_tree(tax_id));

	if (!outcome)
		return;
	js_put_text(js_own(journal_edit(&call->journal, tax_id), "verification"), "status", outcome);
	if (js_text(record_tree(tax_id), "customer"))
		emit_changed(call, "customer.tax_id.updated", tax_id);
}

/* After the answer: the tax ids of a customer, or one that is the account's own. */
static int settle_all(struct call *call, const char *id)
{
	struct record *r = account_find(call->account, id);
	const struct list *rows;

	if (!r || r->deleted)
		return 0;
	call_use_clock(call, r);
	if (record_is(r, "tax_id")) {
		settle(call, r);
		return 0;
	}
	rows = list_by(call, schema_find_object("tax_id"), "customer", id);
	for (size_t i = 0; i < rows->count; i++)
		settle(call, rows->at[i]);
	return 0;
}

/* ---- making ---- */

static json_t *owner_body(const struct record *customer)
{
	json_t *owner = json_object();

	if (customer)
		js_put_text(owner, "customer", customer->id);
	js_put_null(owner, "customer_account");
	js_put_text(owner, "type", customer ? "customer" : "self");
	return owner;
}

static json_t *verification_body(const char *type)
{
	json_t *verification = json_object();

	js_put_text(verification, "status", is_looked_up(type) ? "pending" : "unavailable");
	js_put_null(verification, "verified_address");
	js_put_null(verification, "verified_name");
	return verification;
}

static struct record *tax_id_make(struct call *call, struct record *customer, const char *type, const char *value)
{
	const struct schema_resource *resource = schema_find_object("tax_id");
	const char *clock = customer ? js_text(record_tree(customer), "test_clock") : NULL;
	json_t *body = shape_new(call, resource, NULL);
	char country[TAX_ID_COUNTRY_ROOM];
	struct record *made;

	js_put_text(body, "country", tax_id_country(type, value, country) ? country : NULL);
	js_put_text(body, "customer", customer ? customer->id : NULL);
	js_put_new(body, "owner", owner_body(customer));
	js_put_text(body, "type", type);
	js_put_text(body, "value", value);
	js_put_new(body, "verification", verification_body(type));
	if (customer)
		js_put_text(js_own(body, PRIVATE_KEY), "parent", customer->id);
	if (clock)
		js_put_text(js_own(body, PRIVATE_KEY), "clock", clock);
	made = object_store(call, resource, body);
	if (customer)
		emit(call, "customer.tax_id.created", made);
	call->then = settle_all;
	call->then_id = customer ? customer->id : made->id;
	return made;
}

static int check_room(
	struct call *call, const struct record *customer, const char *type, const char *value, const char *where)
{
	const struct list *rows = list_by(call, schema_find_object("tax_id"), "customer", customer->id);

	for (size_t i = 0; i < rows->count; i++)
		if (text_is(js_text(record_tree(rows->at[i]), "type"), type) &&
			text_is(js_text(record_tree(rows->at[i]), "value"), value))
			return fail_invalid(call, "resource_already_exists", name_in(call, where, "value"),
				"The customer already has the tax ID `%s` of type %s.", value, type);
	if (rows->count >= TAX_IDS_MOST)
		return fail_invalid(call, NULL, NULL, "A customer can have at most %d tax IDs.", TAX_IDS_MOST);
	return 0;
}

struct record *customer_tax_id_make(
	struct call *call, struct record *customer, const char *type, const char *value, const char *where)
{
	if (!tax_id_is_valid(type, value)) {
		fail_invalid(call, "tax_id_invalid", name_in(call, where, "value"), "Invalid value for %s.", type);
		return NULL;
	}
	if (customer && check_room(call, customer, type, value, where))
		return NULL;
	return tax_id_make(call, customer, type, value);
}

static int answer_made(struct call *call, struct record *customer)
{
	struct record *made =
		customer_tax_id_make(call, customer, param_text(call, "type"), param_text(call, "value"), NULL);

	return made ? answer_record(call, made) : -1;
}

static int of_customer_create(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");

	if (!customer)
		return -1;
	call_use_clock(call, customer);
	return answer_made(call, customer);
}

static int tax_id_create(struct call *call)
{
	const char *owner = param_text_at(call, "owner.type"), *id = param_text_at(call, "owner.customer");
	const struct schema_resource *type = schema_find_object("customer");
	struct record *customer = NULL;

	if (text_is(owner, "customer")) {
		if (!id)
			return fail_missing_param(call, "owner[customer]");
		customer = account_get(call->account, id, type);
		if (!customer)
			return fail_no_such_param(call, type, id, "owner[customer]");
		call_use_clock(call, customer);
	}
	return answer_made(call, customer);
}

/* ---- removing, listing ---- */

static int remove_tax_id(struct call *call, size_t place)
{
	struct record *tax_id = path_object(call, place, "tax_id");
	const char *customer = tax_id ? js_text(record_tree(tax_id), "customer") : NULL;
	struct body *last;

	if (!tax_id)
		return -1;
	if (place && (!customer || strcmp(customer, call->ids[0]) != 0))
		return fail_no_such(call, tax_id->type, tax_id->id);
	call_use_clock(call, tax_id);
	last = body_keep(tax_id->body);
	journal_delete(&call->journal, tax_id);
	if (customer)
		emit_body(call, "customer.tax_id.deleted", last, NULL);
	body_drop(last);
	return answer_record(call, tax_id);
}

static int of_customer_delete(struct call *call)
{
	return remove_tax_id(call, 1);
}

static int tax_id_delete(struct call *call)
{
	return remove_tax_id(call, 0);
}

/* Without an owner the account's own are listed. */
static bool match_owner(struct call *call, struct record *tax_id, json_t *wanted)
{
	const json_t *owner = js_get(record_tree(tax_id), "owner");
	const char *type = json_is_object(wanted) ? js_text(wanted, "type") : "self";
	const char *customer = js_text(wanted, "customer");

	if (call->route->n_path) /* the list of one customer */
		return true;
	return text_is(js_text(owner, "type"), type) && (!customer || text_is(js_text(owner, "customer"), customer));
}

const struct resource customer_tax_id_resource = {
	.name = "TaxId",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/customers/{id}/tax_ids", of_customer_create },
			{ "DELETE", "/v1/customers/{customerId}/tax_ids/{id}", of_customer_delete },
			{ "POST", "/v1/tax_ids", tax_id_create },
			{ "DELETE", "/v1/tax_ids/{id}", tax_id_delete },
			{ 0 },
		},
	.filters =
		(const struct resource_filter[]) {
			{ .param = "customer", .path = "customer" },
			{ .param = "owner", .match = match_owner },
			{ 0 },
		},
};
