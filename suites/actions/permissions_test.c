/* SPDX-License-Identifier: MIT */
/*
 * The table of requests and permissions, against the simulator's restricted keys: with exactly these everything works,
 * with any one missing the doctor names it, and no request is made that the table does not have.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actions/catalog/permissions.h"
#include "actions/runtime/doctor.h"
#include "suites/actions/live.h"

/* Everything that can be configured; the payment method apart, of which there is one way at a time. */
#define ALL                                                                                                            \
	"\"change_policy\":{\"allow_promotion_codes\":true,\"downgrade\":{\"when\":\"period_end\"}},"                  \
	"\"cancellation_policy\":{\"mode\":\"choice\",\"credit\":\"prorate_credit\"},"                                 \
	"\"billing_fields\":[\"phone\",\"tax_id\"],"                                                                   \
	"\"retention\":{\"offers\":[{\"key\":\"half\",\"kind\":\"coupon\",\"coupon\":\"HALF\",\"label\":\"half\"}]},"  \
	"\"contacts\":[{\"external_id\":\"ada\",\"stripe_accounts\":[{\"label\":\"Main\",\"stripe_id\":\"cus_ada\"}]}" \
	","                                                                                                            \
	"{\"external_id\":\"mary\",\"stripe_accounts\":[{\"label\":\"Main\",\"stripe_email\":\"mary@example.com\"}]}," \
	"{\"external_id\":\"dennis\",\"stripe_accounts\":[{\"label\":\"Main\",\"stripe_id\":\"cus_dennis\"}]}]"
#define PAYMENT(mode) "\"payment_method\":{\"mode\":\"" mode "\"}"
#define STRIPE "\"stripe\":{\"base_url\":\"http://127.0.0.1:12111\",\"api_key\":\"%s\"}"

static const char *const modes[] = { "{" ALL "," PAYMENT("portal_link") "," STRIPE "}",
	"{" ALL "," PAYMENT("setup_intent") "," STRIPE "}" };

static void configure(struct live *l, const char *mode, const char *key)
{
	const char *at = strstr(mode, "%s");
	char *changes = mem_format("%.*s%s%s", (int)(at - mode), mode, key, at + 2);

	live_configure(l, changes);
	free(changes);
}

/* A key of the name with what the table needs, but for `without`; NULL: all of it. */
static void key_declare(struct live *l, const char *key, const char *without)
{
	json_t *all = json_object(), *rows = json_array(), *row = json_object(), *granted = json_object();
	char folder[] = "/tmp/actions-keys-XXXXXX", *file, *why = NULL;

	for (const struct permission *p = permissions; p->name; p++) {
		const char *end = strrchr(p->name, '_');
		char *family = mem_copy_range(p->name, (size_t)(end - p->name));
		bool hit = without && !strcmp(p->name, without);

		if (!permission_needed(l->config, p)) {
			free(family);
			continue;
		}
		/* Reading is the first of a family: without it there is no writing either. */
		if (hit && !strcmp(end, "_read"))
			js_put_text(granted, family, "none");
		else if (!hit && strcmp(js_text(granted, family) ? js_text(granted, family) : "", "none") != 0)
			js_put_text(granted, family, end + 1);
		free(family);
	}
	js_put_text(row, "key", key);
	js_put_new(row, "permissions", granted);
	json_array_append_new(rows, row);
	js_put_new(all, "keys", rows);
	assert_non_null(mkdtemp(folder));
	file = mem_format("%s/keys.json", folder);
	file_put(file, all);
	if (ms_load(l->house->ms, NULL, folder, &why))
		fail_msg("%s", why);
	unlink(file);
	rmdir(folder);
	free(file);
	json_decref(all);
}

static void world_make(struct live *l)
{
	api_ok(l->house, "POST", "/v1/coupons", "id=HALF&percent_off=50&duration=forever");
	api_ok(l->house, "POST", "/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=HALF&code=HALF");
	/* A price that the catalogue does not have. */
	api_ok(l->house, "POST", "/v1/subscriptions",
		"customer=cus_dennis&trial_period_days=30&items[0][price_data][currency]=usd&"
		"items[0][price_data][product]=prod_solo&items[0][price_data][unit_amount]=500&"
		"items[0][price_data][recurring][interval]=month");
}

/* ---- with exactly these ---- */

static const struct step {
	const char *contact, *action, *inputs;
	bool confirm;
} steps[] = {
	{ "ada", INFO, "{}", false },
	{ "dennis", INFO, "{}", false },
	{ "ada", INVOICES, "{}", false },
	{ "dennis", INVOICES, "{\"subscription\":\"sub_1\"}", false },
	{ "ada", MANAGE, "{\"operation\":\"list_plans\"}", false },
	{ "ada", MANAGE, "{\"operation\":\"preview_change\",\"plan\":\"fleet\"}", false },
	{ "mary", MANAGE, "{\"operation\":\"preview_change\",\"plan\":\"fleet\",\"promotion_code\":\"HALF\"}", false },
	{ "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", true },
	{ "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"solo\"}", true },
	{ "ada", INFO, "{}", false },
	{ "ada", MANAGE, "{\"operation\":\"undo_downgrade\"}", true },
	{ "ada", MANAGE, "{\"operation\":\"cancel\"}", true },
	{ "ada", MANAGE, "{\"operation\":\"undo_cancel\"}", true },
	{ "ada", MANAGE, "{\"operation\":\"accept_offer\",\"offer\":\"half\"}", true },
	{ "ada", MANAGE, "{\"operation\":\"add_payment_method\"}", false },
	{ "ada", BILLING, "{\"phone\":\"+47 21 00 00 00\"}", true },
	{ "ada", BILLING, "{\"tax_id\":{\"type\":\"eu_vat\",\"value\":\"DE123456789\"}}", true },
	{ "mary", MANAGE, "{\"operation\":\"cancel\",\"when\":\"immediately\"}", true },
};

struct seen {
	bool rows[64];
	const char *key;
};

/* Equal but for the names in braces. */
static bool same_route(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		if (*a == '{' && *b == '{') {
			a = strchr(a, '}');
			b = strchr(b, '}');
		}
		if (*a != *b)
			return false;
	}
	return *a == *b;
}

static void exchange_check(void *arg, const struct ms_exchange *e)
{
	struct seen *seen = arg;

	if (!strstr(e->key ? e->key : "", "rk_test"))
		return;
	assert_int_not_equal(e->status, 403);
	for (size_t i = 0; permissions[i].name; i++) {
		assert_true(i < COUNT_OF(seen->rows));
		if (strcmp(permissions[i].method, e->method) != 0 || !same_route(permissions[i].route, e->route))
			continue;
		seen->rows[i] = true;
		return;
	}
	fail_msg("%s %s is not in the table", e->method, e->route);
}

static void with_exactly_these__everything_works(void **state)
{
	struct seen seen = { 0 };
	struct live l;

	(void)state;
	for (size_t m = 0; m < COUNT_OF(modes); m++) {
		live_open(&l, NULL);
		world_make(&l);
		configure(&l, modes[m], "rk_test_exact");
		key_declare(&l, "rk_test_exact", NULL);
		for (size_t i = 0; i < COUNT_OF(steps); i++) {
			const struct step *s = &steps[i];

			if (s->confirm)
				live_do(&l, s->contact, s->action, s->inputs);
			else
				live_run(&l, s->contact, s->action, s->inputs, NULL);
			assert_outcome(&l, "ok", "none");
		}
		ms_each_request(l.house->ms, NULL, exchange_check, &seen);
		live_close(&l);
	}
	/* And every row is there for something. */
	for (size_t i = 0; permissions[i].name; i++)
		if (!seen.rows[i])
			fail_msg("nobody asked %s %s", permissions[i].method, permissions[i].route);
}

/* ---- with one missing ---- */

static struct agent *agent_of(struct live *l)
{
	char *text = json_dumps(l->settings, 0);
	struct text why;
	struct agent *a;

	text_init(&why, TEXT_NO_CEILING);
	a = agent_open(&(struct agent_options) { .json = text, .name = "suite" }, &why);
	if (!a)
		fail_msg("%s", why.data);
	text_clear(&why);
	free(text);
	return a;
}

static json_t *look(struct live *l, enum doctor_group *group)
{
	struct agent *a = agent_of(l);
	struct doctor_call call = { .evidence.user_id = "ada" };
	char hash[65];
	json_t *found;

	identity_hash(a->config, "ada", hash);
	call.evidence.user_hash = hash;
	found = doctor_look(a, &call, group);
	agent_close(a);
	return found;
}

/* The simulator on a socket, as the doctor opens an agent of its own. */
static void open_socket(struct live *l, const char *mode, const char *key)
{
	char *url;

	live_open_socket(l, 5000);
	world_make(l);
	configure(l, mode, key);
	url = mem_copy_text(ms_url(l->house->ms));
	js_put_text(js_get(l->settings, "stripe"), "base_url", url);
	free(url);
}

static void one_missing(void **state)
{
	const struct permission *p = *(const struct permission *const *)*state;
	enum doctor_group group;
	char *before, *after;
	json_t *found, *row;
	size_t i, named = 0;
	struct live l;

	open_socket(&l, modes[!strcmp(p->name, "setup_intent_write")], "rk_test_short");
	key_declare(&l, "rk_test_short", p->name);
	before = live_state(&l);
	found = look(&l, &group);
	assert_int_equal(group, DOCTOR_DATA);
	assert_string_equal(js_text_at(found, "findings.0.cause"), "B3");
	json_array_foreach(js_get(found, "findings"), i, row)
	{
		assert_string_equal(js_text(row, "code"), "stripe_permission_denied");
		assert_holds(js_text(row, "hint"), "grant it in the dashboard");
		named += !strcmp(js_text(row, "permission"), p->name);
		/* Without reading there is no writing, and nothing else is missing. */
		assert_memory_equal(js_text(row, "permission"), p->name, (size_t)(strrchr(p->name, '_') - p->name));
	}
	assert_int_equal(named, 1);
	after = live_state(&l);
	assert_string_equal(before, after);
	free(before);
	free(after);
	json_decref(found);
	live_close(&l);
}

static void none_missing__all_is_well(void **state)
{
	enum doctor_group group;
	json_t *found;
	struct live l;

	(void)state;
	for (size_t m = 0; m < COUNT_OF(modes); m++) {
		open_socket(&l, modes[m], "rk_test_exact");
		key_declare(&l, "rk_test_exact", NULL);
		found = look(&l, &group);
		if (group != DOCTOR_WELL)
			fail_msg("%s", js_text_at(found, "findings.0.detail"));
		json_decref(found);
		live_close(&l);
	}
}

/* ---- what a configuration comes to ---- */

static void little_configured__little_needed(void **state)
{
	json_t *list;
	struct live l;

	(void)state;
	live_open(&l,
		"{\"actions\":[{\"name\":\"invoices\",\"kind\":\"invoices\",\"when_to_use\":\"The customer asks for "
		"invoices or receipts.\",\"enabled\":true},{\"name\":\"manage\",\"kind\":\"manage_subscriptions\","
		"\"when_to_use\":\"Never, it is switched off.\",\"enabled\":false}]}");
	list = permissions_list(l.config);
	assert_int_equal(json_array_size(js_get(list, "permissions")), 4);
	assert_string_equal(js_text_at(list, "permissions.0.name"), "customer_read");
	assert_string_equal(js_text_at(list, "permissions.0.level"), "read");
	assert_string_equal(js_text_at(list, "permissions.1.name"), "subscription_read");
	assert_string_equal(js_text_at(list, "permissions.2.name"), "invoice_read");
	assert_string_equal(js_text_at(list, "permissions.3.name"), "product_read");
	assert_string_equal(js_text_at(list, "requests.0.actions.0"), "invoices");
	json_decref(list);
	live_close(&l);
}

int main(void)
{
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(with_exactly_these__everything_works),
		cmocka_unit_test(none_missing__all_is_well),
		cmocka_unit_test(little_configured__little_needed),
	};
	const struct permission *distinct[64];
	struct CMUnitTest tests[64] = { 0 };
	size_t n = 0;
	int failed;

	for (const struct permission *p = permissions; p->name; p++) {
		if (n && !strcmp(distinct[n - 1]->name, p->name))
			continue;
		distinct[n] = p;
		tests[n] = (struct CMUnitTest) {
			.name = p->name, .test_func = one_missing, .initial_state = &distinct[n]
		};
		n++;
	}
	failed = cmocka_run_group_tests_name("permissions", plain, NULL, NULL);
	failed += _cmocka_run_group_tests("one permission missing", tests, n, NULL, NULL);
	return failed;
}
