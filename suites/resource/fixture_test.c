/* SPDX-License-Identifier: MIT */
/* Fixtures: loading, and what is refused with its place and reason. */
#include "suites/resource/fixture.h"

#define ROW(array, i) ((void *)(uintptr_t) & (array)[i])

/* ---- loading ---- */

/* Nothing was kept: the account's whole state is the one of a new account. */
static void assert_nothing_loaded(struct house *h)
{
	struct house *fresh = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	char *here = ms_snapshot(h->ms, NULL), *there;

	api_ok(fresh, "GET", "/v1/customers", NULL);
	there = ms_snapshot(fresh->ms, NULL);
	assert_non_null(here);
	assert_non_null(there);
	assert_string_equal(here, there);
	free(here);
	free(there);
	house_close(fresh);
}

/* ---- what is refused ---- */

static const struct refused {
	const char *name, *text, *why;
} refused_rows[] = {
	{ "not_json", "{\"objects\": [}", "is not JSON: unexpected token near '}' (line 1, column 14)" },
	{ "number", "7", "is not JSON: '[' or '{' expected near '7' (line 1, column 1)" },
	{ "no_form", "{\"customers\":[]}",
		"$: is none of the forms of a fixture: state has \"objects\" (or is an object or a list as the API "
		"shows "
		"it), a script has \"fixtures\", keys have \"keys\"" },
	{ "contacts_alone", "{\"contacts\":[]}",
		"$: \"contacts\" is for the actions (stripe-actions --config, its contacts), not for the simulator; "
		"load "
		"another file, or the folder that it stands in" },
	{ "header_member", "{\"mockstripe\":{\"clock\":1},\"objects\":[]}",
		"$.mockstripe.clock: unknown member; what may stand here: account, now, snapshot" },
	{ "header_account", "{\"mockstripe\":{\"account\":\"main\"},\"objects\":[]}",
		"$.mockstripe.account: must be an account's id that begins with acct_" },
	{ "header_now", "{\"mockstripe\":{\"now\":\"today\"},\"objects\":[]}",
		"$.mockstripe.now: must be a time in Unix seconds, not a text" },
	{ "document_member", "{\"objects\":[],\"customers\":[]}",
		"$.customers: unknown member; what may stand here: mockstripe, objects, shows, rule, changes, "
		"expected" },
	{ "objects_kind", "{\"objects\":{}}", "$.objects: must be an array of objects, not an object" },
	{ "element_kind", "[\"cus_1\"]", "$[0]: must be an object as the API shows it, not a text" },
	{ "no_object", "[{\"id\":\"cus_1\"}]", "$[0]: has no \"object\", which says what it is, such as \"customer\"" },
	{ "unknown_object", "[{\"id\":\"cus_1\",\"object\":\"custmer\"}]",
		"$[0].object: Stripe has no object \"custmer\" in 2026-10-28.endive; \"object\" is what the API shows, "
		"such as "
		"\"customer\"" },
	{ "no_id", "[{\"object\":\"customer\"}]",
		"$[0]: has no \"id\"; every object of a fixture needs one, such as \"cus_1\"" },
	{ "id_kind", "[{\"id\":7,\"object\":\"customer\"}]",
		"$[0].id: must be a text of 1 to 95 characters without \"/\"" },
	{ "id_slash", "[{\"id\":\"cus/1\",\"object\":\"customer\"}]",
		"$[0].id: must be a text of 1 to 95 characters without \"/\"" },
	{ "unknown_field", "[{\"id\":\"cus_1\",\"object\":\"customer\",\"emial\":\"a@b.c\"}]",
		"$[0].emial: unknown field: a customer has none of that name" },
	{ "unknown_field_below",
		"{\"objects\":[{\"id\":\"cus_1\",\"object\":\"customer\",\"address\":{\"town\":\"X\"}}]}",
		"$.objects[0].address.town: unknown field" },
	{ "wrong_type", "[{\"id\":\"cus_1\",\"object\":\"customer\",\"balance\":\"0\"}]",
		"$[0].balance: must be a whole number, not a text" },
	{ "wrong_time", "[{\"id\":\"cus_1\",\"object\":\"customer\",\"created\":\"2026-01-01\"}]",
		"$[0].created: must be a time in Unix seconds, not a text" },
	{ "milliseconds", "[{\"id\":\"cus_1\",\"object\":\"customer\",\"created\":1767225600000}]",
		"$[0].created: 1767225600000 is no time in Unix seconds (milliseconds, perhaps?)" },
	{ "wrong_flag", "[{\"id\":\"prod_1\",\"object\":\"product\",\"active\":1}]",
		"$[0].active: must be true or false, not a whole number" },
	{ "wrong_decimal",
		"[" PRODUCT
		",{\"id\":\"price_1\",\"object\":\"price\",\"product\":\"prod_1\",\"unit_amount_decimal\":5}]",
		"$[1].unit_amount_decimal: must be a decimal number in a text, such as \"1000\" or \"0.5\", not a "
		"whole "
		"number" },
	{ "wrong_array", "[{\"id\":\"prod_1\",\"object\":\"product\",\"images\":\"a.png\"}]",
		"$[0].images: must be an array, not a text" },
	{ "wrong_map", "[{\"id\":\"cus_1\",\"object\":\"customer\",\"metadata\":{\"a\":1}}]",
		"$[0].metadata.a: must be a text, not a whole number" },
	{ "null", "[{\"id\":\"cus_1\",\"object\":\"customer\",\"balance\":null}]", "$[0].balance: may not be null" },
	{ "enum", "[" CUSTOMER "," PRODUCT "," PRICE "," SUBSCRIPTION(",\"status\":\"actve\"") "]",
		"$[3].status: \"actve\" is not one of: active, canceled, incomplete, incomplete_expired, past_due, "
		"paused, "
		"trialing, unpaid" },
	{ "twice", "[" CUSTOMER "," CUSTOMER "]",
		"$[1].id: \"cus_1\" stands twice: also at $[0] of @; give every object once" },
	{ "two_kinds", "[" CUSTOMER ",{\"id\":\"cus_1\",\"object\":\"product\"}]",
		"$[1].id: \"cus_1\" is a customer at $[0] of @; ids are unique in an account, whatever they name" },
	{ "copies_differ",
		"[{\"id\":\"cus_1\",\"object\":\"customer\",\"name\":\"Ada\"},{\"id\":\"pm_1\",\"object\":\"payment_"
		"method\","
		"\"type\":\"card\",\"customer\":{\"id\":\"cus_1\",\"object\":\"customer\",\"name\":\"Bob\"}}]",
		"$[1].customer.name: differs from the copy of cus_1 at $[0] of @; the copies of one object must "
		"agree" },
	{ "dangling", "[{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"customer\":\"cus_9\"}]",
		"$[0].customer: no such customer: \"cus_9\" is neither in this fixture nor in the account; add it, or "
		"copy the "
		"object around it with expand[]" },
	{ "wrong_reference",
		"[" PRODUCT
		",{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"customer\":\"prod_1\"}]",
		"$[1].customer: \"prod_1\" is a product, not a customer" },
	{ "empty_reference", "[{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"customer\":\"\"}]",
		"$[0].customer: is an empty id; write null, or leave the field out" },
	{ "wrong_expanded",
		"[{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"customer\":" PRODUCT "}]",
		"$[0].customer: a product cannot stand here, only: customer" },
	{ "missing_reference", "[{\"id\":\"price_1\",\"object\":\"price\",\"unit_amount\":1}]",
		"$[0].product: is missing: the id of a product has to stand here" },
	{ "no_type", "[{\"id\":\"pm_1\",\"object\":\"payment_method\"}]", "$[0]: has no \"type\", such as \"card\"" },
	{ "no_items", "[" CUSTOMER "," SUBSCRIPTION("") "]",
		"$[1]: has no items; a subscription has one item at least" },
	{ "wrong_owner",
		"[" CUSTOMER "," PRODUCT "," PRICE "," SUBSCRIPTION(
			",\"items\":{\"data\":[{\"id\":\"si_1\",\"object\":\"subscription_item\",\"price\":\"price_"
			"1\",\"subscription\":\"sub_2\"}]}") "]",
		"$[3].items.data[0].subscription: says sub_2, but the list it stands in is that of sub_1" },
	{ "one_time_item",
		"[" CUSTOMER "," PRODUCT
		",{\"id\":\"price_1\",\"object\":\"price\",\"product\":\"prod_1\",\"unit_amount\":5}," SUBSCRIPTION(
			ITEMS) "]",
		"$[3].items.data[0]: has the price price_1, which does not recur" },
	{ "old_period",
		"[" CUSTOMER "," PRODUCT "," PRICE "," SUBSCRIPTION(ITEMS ",\"current_period_end\":1768003200") "]",
		"$[3].current_period_end: belongs to an older API version; in 2026-10-28.endive it stands on each "
		"item: "
		"items.data[].current_period_end" },
	{ "old_invoice",
		"[" CUSTOMER
		",{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"subscription\":\"sub_1\"}]",
		"$[1].subscription: belongs to an older API version; in 2026-10-28.endive it is "
		"parent.subscription_details.subscription" },
	{ "list_goes_on", "{\"object\":\"list\",\"data\":[" CUSTOMER "],\"has_more\":true,\"url\":\"/v1/customers\"}",
		"$.has_more: the list goes on: copy the other pages too, and write false here when all of it is "
		"there" },
	{ "script_member", "{\"fixtures\":[],\"steps\":[]}",
		"$.steps: unknown member; what may stand here: _meta, fixtures, env" },
	{ "script_version", "{\"_meta\":{\"template_version\":1},\"fixtures\":[]}",
		"$._meta.template_version: must be 0, the one version there is" },
	{ "script_no_method", "{\"fixtures\":[{\"name\":\"a\",\"path\":\"/v1/customers\"}]}",
		"$.fixtures[0]: has no \"method\"" },
	{ "script_method", "{\"fixtures\":[{\"name\":\"a\",\"path\":\"/v1/customers\",\"method\":\"put\"}]}",
		"$.fixtures[0].method: must be get, post or delete, not \"put\"" },
	{ "script_path", "{\"fixtures\":[{\"name\":\"a\",\"path\":\"/_mockstripe/reset\",\"method\":\"post\"}]}",
		"$.fixtures[0].path: must begin with /v1/ or /v2/, not be \"/_mockstripe/reset\"" },
	{ "script_step_member",
		"{\"fixtures\":[{\"name\":\"a\",\"path\":\"/v1/customers\",\"method\":\"get\",\"body\":{}}]}",
		"$.fixtures[0].body: unknown member; what may stand here: name, path, method, params, "
		"expected_error_type, "
		"idempotency_key, context, api_base" },
	{ "script_twice", "{\"fixtures\":[" STEP("/v1/customers", "{}") "," STEP("/v1/customers", "{}") "]}",
		"$.fixtures[1].name: \"a\" is used twice" },
	{ "script_refused", "{\"fixtures\":[" STEP("/v1/customers", "{\"emial\":\"x\"}") "]}",
		"$.fixtures[0]: POST /v1/customers answered 400 invalid_request_error: Received unknown parameter: "
		"emial "
		"(param emial)" },
	{ "script_no_step", "{\"fixtures\":[" STEP("/v1/customers", "{\"name\":\"${b:id}\"}") "]}",
		"$.fixtures[0].params.name: ${b:id}: no step before this one is called \"b\"" },
	{ "script_no_field",
		"{\"fixtures\":[" STEP("/v1/customers",
			"{}") ",{\"name\":\"b\",\"method\":\"get\",\"path\":\"/v1/customers/${a:di}\"}]}",
		"$.fixtures[1].path: ${a:di}: the answer of \"a\" has no such field (or null there)" },
	{ "script_object",
		"{\"fixtures\":[" STEP("/v1/customers",
			"{}") ",{\"name\":\"b\",\"method\":\"get\",\"path\":\"/v1/customers/${a:metadata}\"}]}",
		"$.fixtures[1].path: ${a:metadata} is an object; only a text, a number or a truth value can stand "
		"here" },
	{ "script_reference", "{\"fixtures\":[" STEP("/v1/customers", "{\"name\":\"${a}\"}") "]}",
		"$.fixtures[0].params.name: a reference is ${name:path}, ${.env:NAME} or ${name:path|default}" },
	{ "script_open", "{\"fixtures\":[" STEP("/v1/customers", "{\"name\":\"${a:id\"}") "]}",
		"$.fixtures[0].params.name: \"${\" has no \"}\"" },
	{ "script_env", "{\"fixtures\":[" STEP("/v1/customers", "{\"name\":\"${.env:SLACKWATER_UNSET}\"}") "]}",
		"$.fixtures[0].params.name: the environment variable SLACKWATER_UNSET is not set; set it, or write "
		"${.env:SLACKWATER_UNSET|default}" },
	{ "script_env_out", "{\"fixtures\":[" STEP("/v1/customers", "{}") "],\"env\":{\"X\":\"${a:nope}\"}}",
		"$.env.X: ${a:nope}: the answer of \"a\" has no such field (or null there)" },
	{ "script_no_error",
		"{\"fixtures\":[{\"name\":\"a\",\"path\":\"/v1/"
		"customers\",\"method\":\"post\",\"expected_error_type\":\"card_"
		"error\"}]}",
		"$.fixtures[0]: POST /v1/customers was to fail with card_error, and did not" },
	{ "script_other_error",
		"{\"fixtures\":[{\"name\":\"a\",\"path\":\"/v1/customers/"
		"cus_9\",\"method\":\"get\",\"expected_error_type\":"
		"\"card_error\"}]}",
		"$.fixtures[0]: GET /v1/customers/cus_9 answered 404 invalid_request_error: No such customer: 'cus_9' "
		"(param "
		"id)" },
	{ "script_context",
		"{\"fixtures\":[{\"name\":\"a\",\"path\":\"/v1/"
		"customers\",\"method\":\"get\",\"context\":\"acct_none\"}]}",
		"$.fixtures[0].context: there is no account \"acct_none\"; make it in a step before" },
	{ "keys_kind", "{\"keys\":{}}", "$.keys: must be an array of keys, not an object" },
	{ "keys_key", "{\"keys\":[{\"key\":\"secret\"}]}",
		"$.keys[0].key: must be a key such as sk_test_123: sk_, rk_ or pk_, then test_ or live_, then letters "
		"and "
		"digits" },
	{ "keys_member", "{\"keys\":[{\"key\":\"sk_test_1\",\"scope\":\"all\"}]}",
		"$.keys[0].scope: unknown member; what may stand here: key, account, expired, permissions" },
	{ "keys_twice", "{\"keys\":[{\"key\":\"sk_test_1\"},{\"key\":\"sk_test_1\"}]}", "$.keys[1].key: stands twice" },
	{ "keys_permissions", "{\"keys\":[{\"key\":\"sk_test_1\",\"permissions\":{}}]}",
		"$.keys[0].permissions: only restricted keys (rk_) have permissions; the others may do everything" },
	{ "keys_family", "{\"keys\":[{\"key\":\"rk_test_1\",\"permissions\":{\"custmer\":\"read\"}}]}",
		"$.keys[0].permissions.custmer: no request asks for a permission of that name; names are such as "
		"customer, "
		"subscription, invoice, payment_intent, plan" },
	{ "keys_grant", "{\"keys\":[{\"key\":\"rk_test_1\",\"permissions\":{\"customer\":true}}]}",
		"$.keys[0].permissions.customer: must be \"read\", \"write\" or \"none\"" },
	{ "snapshot_kind", "{\"mockstripe\":{\"snapshot\":true},\"objects\":[]}",
		"$.mockstripe.snapshot: must be an object; it is written by a snapshot, leave it out otherwise" },
	{ "snapshot_counter", "{\"mockstripe\":{\"snapshot\":{\"counters\":{\"cus_\":-1}}},\"objects\":[]}",
		"$.mockstripe.snapshot.counters.cus_: must be a whole number that is not negative" },
};

/* "@" in a row stands for the file's path. */
static char *with_path(const char *text, const char *path)
{
	const char *at = strchr(text, '@');

	return at ? mem_format("%.*s%s%s", (int)(at - text), text, path, at + 1) : mem_copy_text(text);
}

/* First an object that is right, in a file of its own: with the bad one beside it, it must not be kept either. */
static void refused_row(void **state)
{
	const struct refused *row = *state;
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	struct folder *f = folder_new();
	char *path = folder_path(f, "bad.json"), *wanted = with_path(row->why, path);
	bool alone = !strcmp(row->name, "contacts_alone");

	folder_write(f, "bad.json", row->text);
	if (!alone)
		folder_write(f, "a.json", "[{\"id\":\"coupon_1\",\"object\":\"coupon\",\"percent_off\":10}]");
	load_refused(h, alone ? path : f->path, path, wanted);
	assert_nothing_loaded(h);
	free(wanted);
	free(path);
	folder_free(f);
	house_close(h);
}

int main(void)
{
	struct CMUnitTest tests[COUNT_OF(refused_rows)];
	int failed;

	for (size_t i = 0; i < COUNT_OF(refused_rows); i++)
		tests[i] = (struct CMUnitTest) { .name = mem_format("refused__%s", refused_rows[i].name),
			.test_func = refused_row,
			.initial_state = ROW(refused_rows, i) };
	failed = cmocka_run_group_tests_name("fixture", tests, NULL, NULL);
	for (size_t i = 0; i < COUNT_OF(refused_rows); i++)
		free((char *)(uintptr_t)tests[i].name);
	return failed;
}
