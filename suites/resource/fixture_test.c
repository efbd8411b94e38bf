/* SPDX-License-Identifier: MIT */
/*
 * Fixtures: what is loaded is what the API then shows and does, and what is wrong loads nothing and says where. The
 * texts of refusals are whole: file, JSON path, reason and remedy.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "suites/support/api.h"

#define ROW(array, i) ((void *)(uintptr_t) & (array)[i])

/* ---- a folder of its own for each test ---- */

struct folder {
	char path[256];
	char names[8][64];
	size_t n;
};

static struct folder *folder_new(void)
{
	struct folder *f = mem_alloc(sizeof *f);
	const char *where = getenv("TMPDIR");

	snprintf(f->path, sizeof f->path, "%s/fixture-XXXXXX", where && *where ? where : P_tmpdir);
	assert_non_null(mkdtemp(f->path));
	return f;
}

static char *folder_path(const struct folder *f, const char *name)
{
	return mem_format("%s/%s", f->path, name);
}

static void folder_write(struct folder *f, const char *name, const char *text)
{
	char *path = folder_path(f, name);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fputs(text, out) >= 0, 1);
	assert_int_equal(fclose(out), 0);
	free(path);
	assert_true(f->n < COUNT_OF(f->names));
	snprintf(f->names[f->n++], sizeof f->names[0], "%s", name);
}

static void folder_free(struct folder *f)
{
	for (size_t i = 0; i < f->n; i++) {
		char *path = folder_path(f, f->names[i]);

		assert_int_equal(unlink(path), 0);
		free(path);
	}
	assert_int_equal(rmdir(f->path), 0);
	free(f);
}

/* ---- loading ---- */

static void load_ok(struct house *h, const char *account, const char *path)
{
	char *why = NULL;

	if (ms_load(h->ms, account, path, &why)) {
		print_error("%s\n", why);
		free(why);
		fail();
	}
	assert_null(why);
}

/* The text as a fixture of one file. */
static void load_text(struct house *h, const char *text)
{
	struct folder *f = folder_new();
	char *path = folder_path(f, "fixture.json");

	folder_write(f, "fixture.json", text);
	load_ok(h, NULL, path);
	free(path);
	folder_free(f);
}

/* It is refused with exactly "FILE: wanted", where FILE is the path that was named (or stands in the folder). */
static void load_refused(struct house *h, const char *path, const char *file, const char *wanted)
{
	char *why = NULL, *whole = mem_format("%s: %s", file, wanted);

	assert_int_equal(ms_load(h->ms, NULL, path, &why), -1);
	assert_non_null(why);
	assert_string_equal(why, whole);
	free(why);
	free(whole);
}

static void refuse_text(struct house *h, const char *text, const char *wanted)
{
	struct folder *f = folder_new();
	char *path = folder_path(f, "fixture.json");

	folder_write(f, "fixture.json", text);
	load_refused(h, path, path, wanted);
	free(path);
	folder_free(f);
}

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

#define CUSTOMER "{\"id\":\"cus_1\",\"object\":\"customer\"}"
#define PRODUCT "{\"id\":\"prod_1\",\"object\":\"product\",\"name\":\"Tides\"}"
#define PRICE                                                                                                          \
	"{\"id\":\"price_1\",\"object\":\"price\",\"product\":\"prod_1\",\"currency\":\"usd\",\"unit_amount\":2000,"   \
	"\"recurring\":{\"interval\":\"month\"}}"
#define SUBSCRIPTION(more)                                                                                             \
	"{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"cus_1\",\"created\":1765324800" more "}"
#define ITEMS                                                                                                          \
	",\"items\":{\"object\":\"list\",\"data\":[{\"id\":\"si_1\",\"object\":\"subscription_item\",\"price\":"       \
	"\"price_1\"}]}"
#define STEP(path, params) "{\"name\":\"a\",\"path\":\"" path "\",\"method\":\"post\",\"params\":" params "}"

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

/* ---- the state form ---- */

static void state__every_shape_of_a_document(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h, "{\"id\":\"cus_one\",\"object\":\"customer\"}");
	load_text(h, "[{\"id\":\"cus_two\",\"object\":\"customer\"},{\"id\":\"cus_three\",\"object\":\"customer\"}]");
	load_text(h,
		"{\"object\":\"list\",\"data\":[{\"id\":\"cus_five\",\"object\":\"customer\"},{\"id\":\"cus_four\","
		"\"object\":\"customer\"}],\"has_more\":false,\"url\":\"/v1/customers\"}");
	load_text(h, "{\"objects\":[{\"object\":\"search_result\",\"data\":[{\"id\":\"cus_six\",\"object\":"
		     "\"customer\"}]}]}");
	/* Newest first; a list was copied in that order, an array was written the other way round. */
	a = api_ok(h, "GET", "/v1/customers", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 6);
	assert_field(a, "data.0.id", "cus_six");
	assert_field(a, "data.1.id", "cus_five");
	assert_field(a, "data.2.id", "cus_four");
	assert_field(a, "data.3.id", "cus_three");
	assert_field(a, "data.4.id", "cus_two");
	assert_field(a, "data.5.id", "cus_one");
}

static void state__completes_what_is_missing(void **state)
{
	struct house *h = *state;
	const struct answer *a;
	static const char *const nulls[] = { "address", "currency", "default_source", "description", "discount", "name",
		"phone", "shipping", "test_clock", "invoice_settings.footer", "invoice_settings.custom_fields" };

	load_text(h, "[{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"customer\":\"cus_1\"},"
		     "{\"id\":\"cus_1\",\"object\":\"customer\",\"email\":\"a@b.c\",\"balance\":-250,"
		     "\"invoice_settings\":{\"default_payment_method\":\"pm_1\"},\"next_invoice_sequence\":7}]");
	a = api_ok(h, "GET", "/v1/customers/cus_1", NULL);
	for (size_t i = 0; i < COUNT_OF(nulls); i++)
		assert_field(a, nulls[i], NULL);
	assert_field(a, "email", "a@b.c");
	assert_money(a, "balance", -250);
	assert_money(a, "created", HOUSE_NOW);
	assert_money(a, "next_invoice_sequence", 7);
	assert_field(a, "tax_exempt", "none");
	assert_field(a, "invoice_settings.default_payment_method", "pm_1");
	assert_int_equal(strlen(field(a, "invoice_prefix")), 8);
	/* Stripe's order of keys, whatever the order that was given. */
	assert_true(strstr(a->text, "\"balance\"") < strstr(a->text, "\"email\""));
	assert_true(strstr(a->text, "\"email\"") < strstr(a->text, "\"next_invoice_sequence\""));
	assert_null(strstr(a->text, "_mockstripe"));
}

static void state__an_expanded_object_becomes_its_own(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h,
		"{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"customer\":"
		"{\"id\":\"cus_1\",\"object\":\"customer\",\"name\":\"Ada\",\"subscriptions\":{\"object\":\"list\","
		"\"data\":[],\"has_more\":false,\"url\":\"/v1/customers/cus_1/subscriptions\",\"total_count\":0}}}");
	assert_field(api_ok(h, "GET", "/v1/payment_methods/pm_1", NULL), "customer", "cus_1");
	a = api_ok(h, "GET", "/v1/customers/cus_1", NULL);
	assert_field(a, "name", "Ada");
	assert_absent(a, "subscriptions");
	a = api_ok(h, "GET", "/v1/payment_methods/pm_1?expand[]=customer", NULL);
	assert_field(a, "customer.name", "Ada");
}

static void state__copies_complete_each_other(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h, "[{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"customer\":{\"id\":\"cus_1\","
		     "\"object\":\"customer\",\"name\":\"Ada\"}},"
		     "{\"id\":\"cus_1\",\"object\":\"customer\",\"name\":\"Ada\",\"email\":\"a@b.c\"}]");
	a = api_ok(h, "GET", "/v1/customers/cus_1", NULL);
	assert_field(a, "name", "Ada");
	assert_field(a, "email", "a@b.c");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 1);
}

/* Everything that a subscription shows whole may come inside it: this is what one GET with expand[] answers. */
static void state__a_subscription_in_one_piece(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h,
		"{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":{\"id\":\"cus_1\",\"object\":\"customer\"},"
		"\"created\":1765324800,\"plan\":null,\"quantity\":2,\"status\":\"active\",\"items\":{\"object\":"
		"\"list\",\"data\":[{\"id\":\"si_1\",\"object\":\"subscription_item\",\"quantity\":2,\"plan\":{\"id\":"
		"\"price_1\",\"object\":\"plan\",\"amount\":2000},\"price\":{\"id\":\"price_1\",\"object\":\"price\","
		"\"currency\":\"usd\",\"unit_amount\":2000,\"recurring\":{\"interval\":\"month\"},\"product\":{\"id\":"
		"\"prod_1\",\"object\":\"product\",\"name\":\"Tides\"}}}]}}");
	a = api_ok(h, "GET", "/v1/subscriptions/sub_1", NULL);
	assert_field(a, "customer", "cus_1");
	assert_field(a, "currency", "usd");
	assert_money(a, "start_date", 1765324800);
	assert_money(a, "billing_cycle_anchor", 1765324800);
	assert_absent(a, "plan");
	assert_field(a, "items.url", "/v1/subscription_items?subscription=sub_1");
	assert_flag(a, "items.has_more", false);
	assert_field(a, "items.data.0.subscription", "sub_1");
	assert_money(a, "items.data.0.quantity", 2);
	assert_money(a, "items.data.0.current_period_start", 1765324800); /* 10 Dec 2025 */
	assert_money(a, "items.data.0.current_period_end", 1768003200);	  /* 10 Jan 2026 */
	assert_field(a, "items.data.0.price.product", "prod_1");
	assert_field(a, "items.data.0.price.type", "recurring");
	assert_field(a, "items.data.0.price.unit_amount_decimal", "2000");
	assert_money(a, "items.data.0.price.recurring.interval_count", 1);
	assert_money(a, "items.data.0.plan.amount", 2000);
	assert_field(a, "items.data.0.plan.product", "prod_1");
	assert_field(api_ok(h, "GET", "/v1/products/prod_1", NULL), "name", "Tides");
	assert_money(api_ok(h, "GET", "/v1/prices/price_1", NULL), "unit_amount", 2000);
	assert_money(api_ok(h, "GET", "/v1/subscription_items/si_1", NULL), "quantity", 2);
	a = api_ok(h, "GET", "/v1/subscription_items?subscription=sub_1", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
}

static void state__children_stand_alone_as_well(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h, "[{\"id\":\"il_1\",\"object\":\"line_item\",\"invoice\":\"in_1\",\"amount\":2000},"
		     "{\"id\":\"il_2\",\"object\":\"line_item\",\"invoice\":\"in_1\",\"amount\":-500,\"quantity\":3},"
		     "{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"currency\":\"eur\",\"status\":"
		     "\"open\","
		     "\"created\":1765324800,\"number\":\"A-0001\"}," CUSTOMER "," PRODUCT "," PRICE
		     "," SUBSCRIPTION("") ",{\"id\":\"si_1\",\"object\":\"subscription_item\",\"subscription\":\"sub_"
					  "1\",\"price\":\"price_1\"}]");
	a = api_ok(h, "GET", "/v1/invoices/in_1", NULL);
	assert_same_int((int64_t)field_count(a, "lines.data"), 2);
	assert_field(a, "lines.url", "/v1/invoices/in_1/lines");
	assert_field(a, "lines.data.0.currency", "eur");
	assert_money(a, "lines.data.0.subtotal", 2000);
	assert_field(a, "lines.data.1.quantity_decimal", "3");
	assert_money(a, "subtotal", 1500);
	assert_money(a, "total", 1500);
	assert_money(a, "amount_due", 1500);
	assert_money(a, "amount_paid", 0);
	assert_money(a, "amount_remaining", 1500);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/invoices/in_1/lines", NULL), "data"), 2);
	a = api_ok(h, "GET", "/v1/subscriptions/sub_1", NULL);
	assert_field(a, "items.data.0.id", "si_1");
}

static void state__a_deleted_customer_stays_readable(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h, "[{\"id\":\"cus_1\",\"object\":\"customer\",\"deleted\":true},{\"id\":\"ii_1\",\"object\":"
		     "\"invoiceitem\","
		     "\"customer\":\"cus_1\",\"currency\":\"usd\",\"amount\":5,\"quantity\":1}]");
	a = api_ok(h, "GET", "/v1/customers/cus_1", NULL);
	assert_same_int((int64_t)field_count(a, ""), 3);
	assert_flag(a, "deleted", true);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 0);
	assert_error(api(h, "POST", "/v1/customers/cus_1", "name=x"), 404, "resource_missing", "id",
		"No such customer: 'cus_1'");
}

static void state__hidden_fields_show_when_expanded(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h,
		"[" PRODUCT ",{\"id\":\"price_1\",\"object\":\"price\",\"product\":\"prod_1\",\"currency\":\"usd\","
		"\"recurring\":{\"interval\":\"month\"},\"tiers_mode\":\"volume\",\"tiers\":[{\"up_to\":5,\"unit_"
		"amount\":"
		"700},{\"unit_amount\":500}]}]");
	a = api_ok(h, "GET", "/v1/prices/price_1", NULL);
	assert_field(a, "billing_scheme", "tiered");
	assert_absent(a, "tiers");
	a = api_ok(h, "GET", "/v1/prices/price_1?expand[]=tiers", NULL);
	assert_money(a, "tiers.0.unit_amount", 700);
	assert_field(a, "tiers.0.flat_amount", NULL);
	assert_field(a, "tiers.1.up_to", NULL);
}

/* A loaded discount takes off what its coupon says, as if it had been redeemed here. */
static void state__a_discount_counts(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h, "[" PRODUCT "," PRICE ",{\"id\":\"cus_1\",\"object\":\"customer\",\"discount\":{\"id\":\"di_1\","
		     "\"object\":\"discount\",\"source\":{"
		     "\"coupon\":{\"id\":\"TENTH\",\"object\":\"coupon\",\"percent_off\":10,\"duration\":\"forever\"},"
		     "\"type\":"
		     "\"coupon\"}}}," SUBSCRIPTION(
			     ITEMS ",\"collection_method\":\"send_invoice\",\"days_until_due\":7") "]");
	a = api_ok(h, "GET", "/v1/customers/cus_1", NULL);
	assert_field(a, "discount.customer", "cus_1");
	assert_field(a, "discount.source.coupon", "TENTH");
	a = api_ok(h, "POST", "/v1/invoices/create_preview", "customer=cus_1&subscription=sub_1");
	assert_money(a, "subtotal", 2000);
	assert_money(a, "total", 1800);
}

/* ---- time ---- */

static void now__becomes_the_present(void **state)
{
	struct house *h = *state;

	load_text(h, "{\"mockstripe\":{\"now\":1780000000},\"objects\":[" CUSTOMER "]}");
	assert_same_int(ms_now(h->ms, NULL), 1780000000);
	assert_money(api_ok(h, "GET", "/v1/customers/cus_1", NULL), "created", 1780000000);
	/* Later is fine; earlier than what is there is not. */
	load_text(h, "{\"mockstripe\":{\"now\":1780000100},\"objects\":[{\"id\":\"cus_2\",\"object\":\"customer\"}]}");
	refuse_text(h, "{\"mockstripe\":{\"now\":1780000050},\"objects\":[]}",
		"$.mockstripe.now: lies before the creation of cus_2, which the account has already (1780000100); "
		"reset the "
		"account first, or leave \"now\" out");
	assert_same_int(ms_now(h->ms, NULL), 1780000100);
}

static void now__must_be_one_for_all_files(void **state)
{
	struct house *h = *state;
	struct folder *f = folder_new();
	char *a = folder_path(f, "a.json"), *b = folder_path(f, "b.json"), *wanted;

	folder_write(f, "a.json", "{\"mockstripe\":{\"now\":1780000000},\"objects\":[]}");
	folder_write(f, "b.json", "{\"mockstripe\":{\"now\":1780000001},\"objects\":[]}");
	wanted = mem_format(
		"$.mockstripe.now: is another time than the 1780000000 of %s; one account has one present", a);
	load_refused(h, f->path, b, wanted);
	assert_same_int(ms_now(h->ms, NULL), HOUSE_NOW);
	free(wanted);
	free(a);
	free(b);
	folder_free(f);
}

/* A loaded subscription goes on living: at its period's end it renews, with an invoice. */
static void state__a_subscription_renews(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h, "[" CUSTOMER "," PRODUCT "," PRICE
		     "," SUBSCRIPTION(ITEMS ",\"collection_method\":\"send_invoice\",\"days_until_due\":7") "]");
	assert_int_equal(ms_advance(h->ms, NULL, 1768003200 - HOUSE_NOW), 0);
	a = api_ok(h, "GET", "/v1/subscriptions/sub_1", NULL);
	assert_money(a, "items.data.0.current_period_start", 1768003200);
	assert_money(a, "items.data.0.current_period_end", 1770681600); /* 10 Feb 2026 */
	a = api_ok(h, "GET", "/v1/invoices?subscription=sub_1", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_money(a, "data.0.amount_due", 2000);
	assert_field(a, "data.0.billing_reason", "subscription_cycle");
	a = api_ok(h, "GET", "/v1/events?type=customer.subscription.updated", NULL);
	assert_money(a, "data.0.data.previous_attributes.items.data.0.current_period_end", 1768003200);
}

/* ---- folders and accounts ---- */

static void folder__references_cross_files(void **state)
{
	struct house *h = *state;
	struct folder *f = folder_new();

	folder_write(f, "a.json", "[" SUBSCRIPTION(ITEMS) "]");
	folder_write(f, "b.json", "[" PRICE "," CUSTOMER "]");
	folder_write(f, "c.json", PRODUCT);
	folder_write(f, "d.json",
		"{\"fixtures\":[{\"name\":\"s\",\"path\":\"/v1/subscriptions/sub_1\",\"method\":\"post\","
		"\"params\":{\"description\":\"x\"}}]}");
	folder_write(f, "contacts.json", "{\"contacts\":[]}");
	folder_write(f, "agent.json", "{\"agent\":{\"id\":\"a\"},\"contacts\":{\"file\":\"contacts.json\"}}");
	folder_write(f, "notes.txt", "not a fixture");
	load_ok(h, NULL, f->path);
	assert_field(api_ok(h, "GET", "/v1/subscriptions/sub_1", NULL), "description", "x");
	folder_free(f);
}

static void folder__is_refused_when_empty_or_absent(void **state)
{
	struct house *h = *state;
	struct folder *f = folder_new();
	char *missing = folder_path(f, "none.json");

	load_refused(h, f->path, f->path, "the folder has no *.json file; name a folder or file that has fixtures");
	load_refused(h, missing, missing, "cannot be read: No such file or directory");
	free(missing);
	folder_free(f);
}

static void account__is_the_one_a_file_names(void **state)
{
	struct house *h = *state;
	struct folder *f = folder_new();
	char *path = folder_path(f, "a.json");
	struct ms_response r;

	folder_write(f, "a.json", "{\"mockstripe\":{\"account\":\"acct_named\"},\"objects\":[" CUSTOMER "]}");
	load_ok(h, NULL, path);
	assert_error(api(h, "GET", "/v1/customers/cus_1", NULL), 404, "resource_missing", "id", "No such customer");
	assert_true(ms_peek(h->ms, "acct_named", "cus_1", &r));
	ms_response_clear(&r);
	load_ok(h, "acct_other", path); /* the caller's word counts */
	assert_true(ms_peek(h->ms, "acct_other", "cus_1", &r));
	ms_response_clear(&r);
	/* A key that names an account opens that one; another opens the one that is loaded into. */
	folder_write(f, "keys.json",
		"{\"keys\":[{\"key\":\"sk_test_a\",\"account\":\"acct_named\"},{\"key\":\"sk_test_b\"}]}");
	load_ok(h, "acct_third", f->path);
	h->key = "sk_test_a";
	api_ok(h, "GET", "/v1/customers/cus_1", NULL);
	api_ok(h, "POST", "/v1/customers", "name=named");
	h->key = "sk_test_b";
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 1);
	free(path);
	folder_free(f);
}

static void account__is_the_one_the_control_route_names(void **state)
{
	struct house *h = *state;
	struct ms_response r;

	api_ok(h, "POST", "/_mockstripe/fixtures", "path=fixtures/demo&account=acct_2");
	assert_true(ms_peek(h->ms, "acct_2", "cus_ada", &r));
	ms_response_clear(&r);
	assert_error(api(h, "GET", "/v1/customers/cus_ada", NULL), 404, "resource_missing", "id", "No such customer");
}

static void state__what_the_account_has_stays(void **state)
{
	struct house *h = *state;

	load_text(h, "[" CUSTOMER "]");
	refuse_text(h, "[" PRODUCT "," CUSTOMER "]",
		"$[1].id: the account acct_1MockstripeTest1 has a customer \"cus_1\" already; reset the account first, "
		"or take "
		"the object out");
	assert_error(api(h, "GET", "/v1/products/prod_1", NULL), 404, "resource_missing", "id", "No such product");
	/* What refers to it may come later. */
	load_text(h, "{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"customer\":\"cus_1\"}");
}

/* ---- scripts ---- */

static void script__replays_with_references(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	assert_int_equal(setenv("SLACKWATER_TEST_PHONE", "+35315550101", 1), 0);
	load_text(h, "{\"_meta\":{\"template_version\":0,\"exclude_metadata\":true},\"fixtures\":["
		     "{\"name\":\"product\",\"path\":\"/v1/"
		     "products\",\"method\":\"post\",\"params\":{\"id\":\"prod_1\",\"name\":"
		     "\"Tides & winds\",\"images\":[\"https://a.example/\",\"https://b.example/\"]}},"
		     "{\"name\":\"price\",\"path\":\"/v1/"
		     "prices\",\"method\":\"post\",\"params\":{\"currency\":\"usd\",\"product\":"
		     "\"${product:id}\",\"unit_amount\":2000,\"recurring\":{\"interval\":\"month\"},\"active\":true}},"
		     "{\"name\":\"customer\",\"path\":\"/v1/"
		     "customers\",\"method\":\"POST\",\"params\":{\"phone\":\"${.env:SLACKWATER_"
		     "TEST_PHONE}\",\"name\":\"${.env:SLACKWATER_UNSET|Ada ${x}\",\"metadata\":{\"product\":\"for "
		     "${product:name} (${price:unit_amount})\",\"image\":\"${product:images.1}\"},\"email\":null}},"
		     "{\"name\":\"list\",\"path\":\"/v1/"
		     "prices\",\"method\":\"get\",\"params\":{\"product\":\"prod_1\",\"limit\":1}},"
		     "{\"name\":\"update\",\"path\":\"/v1/customers/"
		     "${customer:id}\",\"method\":\"post\",\"params\":{\"description\":"
		     "\"${list:data.0.id}\"}},"
		     "{\"name\":\"wrong\",\"path\":\"/v1/customers/"
		     "cus_none\",\"method\":\"get\",\"expected_error_type\":\"invalid_"
		     "request_error\"},"
		     "{\"name\":\"after\",\"path\":\"/v1/customers/"
		     "${customer:id}\",\"method\":\"post\",\"params\":{\"metadata\":{"
		     "\"code\":\"${wrong:error.code}\"}}}"
		     "],\"env\":{\"PRICE_ID\":\"${price:id}\"}}");
	assert_int_equal(unsetenv("SLACKWATER_TEST_PHONE"), 0);
	a = api_ok(h, "GET", "/v1/customers", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.phone", "+35315550101");
	assert_field(a, "data.0.name", "Ada ${x");
	assert_field(a, "data.0.email", NULL);
	assert_field(a, "data.0.metadata.product", "for Tides & winds (2000)");
	assert_field(a, "data.0.metadata.image", "https://b.example/");
	assert_field(a, "data.0.metadata.code", "resource_missing");
	a = api_ok(h, "GET", text_of(h, "/v1/prices/%s", field(a, "data.0.description")), NULL);
	assert_field(a, "product", "prod_1");
}

static void count_exchange(void *arg, const struct ms_exchange *e)
{
	size_t *n = arg;

	(void)e;
	(*n)++;
}

/* What a program under test asked for is not mixed with what the fixture did. */
static void script__is_not_in_the_log(void **state)
{
	struct house *h = *state;
	size_t n = 0;

	load_text(h, "{\"fixtures\":[" STEP("/v1/customers", "{}") "]}");
	ms_each_request(h->ms, NULL, count_exchange, &n);
	assert_int_equal(n, 0);
	api_ok(h, "GET", "/v1/customers", NULL);
	ms_each_request(h->ms, NULL, count_exchange, &n);
	assert_int_equal(n, 1);
}

#define KEYED(path)                                                                                                    \
	"{\"name\":\"a\",\"path\":\"/v1/"                                                                              \
	"customers\",\"method\":\"post\",\"params\":{\"name\":\"x\"},\"idempotency_key\":"                             \
	"\"k1\"},{\"name\":\"b\",\"path\":\"" path                                                                     \
	"\",\"method\":\"post\",\"params\":{\"name\":\"x\"},\"idempotency_key\":\"k1\"}"

static void script__idempotency_keys_hold_and_are_let_go(void **state)
{
	struct house *h = *state;
	static const char *const headers[] = { "Idempotency-Key: k1", NULL };

	/* A load that fails leaves the key free ... */
	refuse_text(h, "{\"fixtures\":[" KEYED("/v1/products") "]}",
		"$.fixtures[1]: POST /v1/products answered 400 idempotency_error: Keys for idempotent requests can "
		"only be used "
		"for the same endpoint they were first used for ('/v1/customers' vs '/v1/products'). Try using a key "
		"other than "
		"'k1' if you meant to execute a different request.");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 0);
	/* ... and one that succeeds makes one customer of the two requests, and keeps the key. */
	load_text(h, "{\"fixtures\":[" KEYED("/v1/customers") "]}");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 1);
	assert_error(api_with(h, "POST", "/v1/customers", "name=y", headers), 400, NULL, NULL, "same parameters");
}

/* ---- keys ---- */

static void keys__open_what_they_say(void **state)
{
	struct house *h = house_open(
		&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW, .strict_keys = true });
	struct ms_response r;

	(void)state;
	load_text(h, "{\"keys\":[{\"key\":\"sk_test_suite\"},{\"key\":\"sk_test_old\",\"expired\":true},{\"key\":\"sk_"
		     "live_1\","
		     "\"account\":\"acct_live\"},{\"key\":\"rk_test_1\",\"permissions\":{\"customer\":\"read\"}}]}");
	api_ok(h, "POST", "/v1/customers", "name=x");
	h->key = "sk_test_other";
	assert_error(api(h, "GET", "/v1/customers", NULL), 401, NULL, NULL, "Invalid API Key provided");
	h->key = "sk_test_old";
	assert_error(api(h, "GET", "/v1/customers", NULL), 401, "api_key_expired", NULL, "Expired API Key provided");
	h->key = "rk_test_1";
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 1);
	assert_error(api(h, "POST", "/v1/customers", "name=y"), 403, NULL, NULL, "'customer_write' permission");
	h->key = "sk_live_1";
	assert_flag(api_ok(h, "POST", "/v1/customers", "name=z"), "livemode", true);
	assert_false(ms_peek(h->ms, "acct_live", "cus_none", &r));
	ms_response_clear(&r);
	house_close(h);
}

/* ---- snapshots ---- */

static char *snapshot(struct house *h)
{
	char *text = ms_snapshot(h->ms, NULL);

	assert_non_null(text);
	return text;
}

/* Some life: a subscription that renewed, a deleted customer, a coupon, a test clock, events. */
static void live(struct house *h)
{
	const struct answer *a;

	load_ok(h, NULL, "fixtures/demo");
	api_ok(h, "POST", "/v1/coupons", "id=OFF&percent_off=25&applies_to[products][0]=prod_solo");
	api_ok(h, "POST", "/v1/prices",
		"currency=usd&product=prod_solo&billing_scheme=tiered&tiers_mode=graduated&recurring[interval]=month&"
		"tiers[0][up_to]=3&tiers[0][unit_amount]=500&tiers[1][up_to]=inf&tiers[1][unit_amount]=300");
	a = api_ok(h, "POST", "/v1/customers", "name=short");
	api_ok(h, "DELETE", text_of(h, "/v1/customers/%s", field(a, "id")), NULL);
	a = api_ok(h, "POST", "/v1/test_helpers/test_clocks", "frozen_time=1795428000");
	api_ok(h, "POST", "/v1/customers", text_of(h, "name=clocked&test_clock=%s", field(a, "id")));
	api_ok(h, "POST", "/v1/subscriptions/sub_mary", "metadata[a]=b");
}

/* The same things fall due and get the same ids. (The ids of requests are the simulator's, not the account's.) */
static void assert_goes_on_alike(struct house *a, struct house *b)
{
	char *first, *second;

	assert_int_equal(ms_advance(a->ms, NULL, 40 * 86400), 0);
	assert_int_equal(ms_advance(b->ms, NULL, 40 * 86400), 0);
	first = snapshot(a);
	second = snapshot(b);
	assert_string_equal(first, second);
	free(first);
	free(second);
	assert_string_equal(api_ok(a, "POST", "/v1/customers", "name=next")->text,
		api_ok(b, "POST", "/v1/customers", "name=next")->text);
}

static void snapshot__gives_the_same_account(void **state)
{
	struct house *h = *state, *copy;
	char *text, *again;

	live(h);
	text = snapshot(h);
	copy = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = 1 });
	load_text(copy, text);
	again = snapshot(copy);
	assert_string_equal(text, again);
	assert_same_int(ms_now(copy->ms, NULL), ms_now(h->ms, NULL));
	assert_string_equal(api_ok(h, "GET", "/v1/events?limit=100", NULL)->text,
		api_ok(copy, "GET", "/v1/events?limit=100", NULL)->text);
	assert_string_equal(api_ok(h, "GET", "/v1/prices?expand[]=data.tiers", NULL)->text,
		api_ok(copy, "GET", "/v1/prices?expand[]=data.tiers", NULL)->text);
	assert_goes_on_alike(h, copy);
	free(text);
	free(again);
	house_close(copy);
}

/* ---- the demo company ---- */

static const struct {
	const char *customer, *status;
	size_t subscriptions;
} demo_rows[] = {
	{ "cus_ada", "active", 1 },
	{ "cus_mary", "active", 1 },
	{ "cus_linus", "active", 1 },
	{ "cus_grace", "trialing", 1 },
	{ "cus_edsger", "past_due", 1 },
	{ "cus_barbara", "unpaid", 1 },
	{ "cus_alan", "canceled", 1 },
	{ "cus_katherine", "active", 1 },
	{ "cus_tim", "paused", 1 },
	{ "cus_margaret", "active", 2 },
	{ "cus_dennis", NULL, 0 },
	{ "cus_radia", "active", 1 },
	{ "cus_harbour", "active", 1 },
};

static void demo__has_every_state(void **state)
{
	struct house *h = *state;
	static const char *const statuses[] = { "paid", "open", "void", "uncollectible", "draft" };
	const struct answer *a;

	load_ok(h, NULL, "fixtures/demo");
	assert_same_int(ms_now(h->ms, NULL), 1795428000); /* 23 Nov 2026, 10:00 UTC */
	for (size_t i = 0; i < COUNT_OF(demo_rows); i++) {
		a = api_ok(
			h, "GET", text_of(h, "/v1/subscriptions?status=all&customer=%s", demo_rows[i].customer), NULL);
		assert_int_equal(field_count(a, "data"), demo_rows[i].subscriptions);
		if (demo_rows[i].subscriptions)
			assert_field(a, "data.0.status", demo_rows[i].status);
	}
	assert_flag(api_ok(h, "GET", "/v1/customers/cus_gone", NULL), "deleted", true);
	assert_flag(api_ok(h, "GET", "/v1/subscriptions/sub_katherine", NULL), "cancel_at_period_end", true);
	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		a = api_ok(h, "GET", text_of(h, "/v1/invoices?status=%s", statuses[i]), NULL);
		assert_true(field_count(a, "data") > 0);
	}
	/* Nothing is overdue at its present. */
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/events", NULL), "data"), 0);
}

static void assert_adds_up(struct house *h, const json_t *invoice)
{
	const char *status = js_text(invoice, "status"),
		   *sub = js_text_at(invoice, "parent.subscription_details.subscription");
	int64_t sum = 0, total = js_int(invoice, "total", -1), due = js_int(invoice, "amount_due", -1);
	bool paid = !strcmp(status, "paid");
	json_t *line;
	size_t i;

	json_array_foreach(js_at(invoice, "lines.data"), i, line)
	{
		assert_string_equal(js_text(line, "invoice"), js_text(invoice, "id"));
		sum += js_int(line, "amount", 0);
	}
	assert_same_int(js_int(invoice, "subtotal", -1), sum);
	assert_same_int(total, sum);
	assert_same_int(due, sum);
	assert_same_int(js_int(invoice, "amount_paid", -1), paid ? due : 0);
	assert_same_int(js_int(invoice, "amount_remaining", -1), paid ? 0 : due);
	assert_int_equal(js_text(invoice, "number") == NULL, !strcmp(status, "draft"));
	assert_int_equal(js_text(invoice, "hosted_invoice_url") == NULL, !strcmp(status, "draft"));
	if (sub)
		assert_field(api_ok(h, "GET", text_of(h, "/v1/subscriptions/%s", sub), NULL), "customer",
			js_text(invoice, "customer"));
}

static void demo__invoices_add_up(void **state)
{
	struct house *h = *state;
	const struct answer *a;
	json_t *invoice;
	size_t i;

	load_ok(h, NULL, "fixtures/demo");
	a = api_ok(h, "GET", "/v1/invoices?limit=100", NULL);
	assert_true(field_count(a, "data") >= 30);
	json_array_foreach(field_json(a, "data"), i, invoice)
	{
		assert_adds_up(h, invoice);
	}
}

static void demo__subscriptions_fit_their_invoices(void **state)
{
	struct house *h = *state;
	const struct answer *a, *latest;
	json_t *sub;
	size_t i;

	load_ok(h, NULL, "fixtures/demo");
	a = api_ok(h, "GET", "/v1/subscriptions?status=all&limit=100", NULL);
	assert_int_equal(field_count(a, "data"), 13);
	json_array_foreach(field_json(a, "data"), i, sub)
	{
		latest = api_ok(h, "GET", text_of(h, "/v1/invoices/%s", js_text(sub, "latest_invoice")), NULL);
		assert_field(latest, "parent.subscription_details.subscription", js_text(sub, "id"));
		/* The last line of the newest invoice covers the running period to its end. */
		assert_money(latest, "lines.data.0.period.end", js_int_at(sub, "items.data.0.current_period_end", 0));
	}
}

/* 12.00 to 29.00 with 1279800 of 2592000 seconds left: -592.5 becomes -593 (ties favour the customer), 1431.875 1432.
 */
static void demo__the_upgrade_is_prorated(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_ok(h, NULL, "fixtures/demo");
	a = api_ok(h, "GET", "/v1/invoices/in_radia_2", NULL);
	assert_field(a, "billing_reason", "subscription_update");
	assert_money(a, "lines.data.0.amount", 1432);
	assert_field(a, "lines.data.0.description", "Remaining time on Slackwater Team after 18 Nov 2026");
	assert_money(a, "lines.data.1.amount", -593);
	assert_field(a, "lines.data.1.description", "Unused time on Slackwater Solo after 18 Nov 2026");
	assert_field(
		a, "lines.data.1.parent.invoice_item_details.proration_details.credited_items.invoice", "in_radia_1");
	assert_money(a, "total", 839);
	/* The simulator works out the same for the same change, now. */
	a = api_ok(h, "POST", "/v1/invoices/create_preview",
		"customer=cus_mary&subscription=sub_mary&subscription_details[items][0][id]=si_mary&"
		"subscription_details[items][0][price]=price_team_month&subscription_details[proration_behavior]="
		"always_invoice&"
		"subscription_details[proration_date]=1795194000"); /* 20 Nov 2026, 17:00: 1287000 of 2592000 seconds
								       left */
	assert_money(a, "lines.data.0.amount", 1440);
	assert_money(a, "lines.data.1.amount", -596);
	assert_money(a, "amount_due", 844);
}

/* A month on, what was to renew has renewed, what was to end has ended, and what was over is still over. */
static void demo__lives_on(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_ok(h, NULL, "fixtures/demo");
	assert_int_equal(ms_advance(h->ms, NULL, 60 * 86400), 0); /* to 22 Jan 2027 */
	a = api_ok(h, "GET", "/v1/subscriptions/sub_ada", NULL);
	assert_field(a, "status", "active");
	assert_money(a, "items.data.0.current_period_start", 1799572320); /* 10 Jan 2027, 09:12 */
	a = api_ok(h, "GET", text_of(h, "/v1/invoices/%s", field(a, "latest_invoice")), NULL);
	assert_money(a, "amount_paid", 2900);
	assert_field(a, "number", "SLKADAXX-0007"); /* five were there, December's is the sixth */
	a = api_ok(h, "GET", "/v1/subscriptions/sub_katherine", NULL);
	assert_field(a, "status", "canceled");
	assert_money(a, "ended_at", 1800010800); /* 15 Jan 2027, 11:00 */
	assert_field(api_ok(h, "GET", "/v1/subscriptions/sub_alan", NULL), "status", "canceled");
	assert_field(api_ok(h, "GET", "/v1/subscriptions/sub_tim", NULL), "status", "paused");
	assert_field(api_ok(h, "GET", "/v1/subscriptions/sub_grace", NULL), "status", "active");
}

static const struct CMUnitTest fixed[] = {
	cmocka_unit_test_setup_teardown(state__every_shape_of_a_document, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(state__completes_what_is_missing, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(state__an_expanded_object_becomes_its_own, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(state__copies_complete_each_other, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(state__a_subscription_in_one_piece, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(state__children_stand_alone_as_well, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(state__a_deleted_customer_stays_readable, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(state__hidden_fields_show_when_expanded, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(state__a_discount_counts, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(state__a_subscription_renews, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(state__what_the_account_has_stays, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(now__becomes_the_present, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(now__must_be_one_for_all_files, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(folder__references_cross_files, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(folder__is_refused_when_empty_or_absent, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(account__is_the_one_a_file_names, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(account__is_the_one_the_control_route_names, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(script__replays_with_references, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(script__is_not_in_the_log, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(script__idempotency_keys_hold_and_are_let_go, house_setup, house_teardown),
	cmocka_unit_test(keys__open_what_they_say),
	cmocka_unit_test_setup_teardown(snapshot__gives_the_same_account, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(demo__has_every_state, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(demo__invoices_add_up, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(demo__subscriptions_fit_their_invoices, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(demo__the_upgrade_is_prorated, house_setup, house_teardown),
	cmocka_unit_test_setup_teardown(demo__lives_on, house_setup, house_teardown),
};

int main(void)
{
	struct CMUnitTest tests[COUNT_OF(fixed) + COUNT_OF(refused_rows)];
	size_t n = COUNT_OF(fixed);
	int failed;

	memcpy(tests, fixed, sizeof fixed);
	for (size_t i = 0; i < COUNT_OF(refused_rows); i++)
		tests[n++] = (struct CMUnitTest) { .name = mem_format("refused__%s", refused_rows[i].name),
			.test_func = refused_row,
			.initial_state = ROW(refused_rows, i) };
	failed = cmocka_run_group_tests_name("fixture", tests, NULL, NULL);
	for (size_t i = COUNT_OF(fixed); i < n; i++)
		free((char *)(uintptr_t)tests[i].name);
	return failed;
}
