/* SPDX-License-Identifier: MIT */
#include "suites/actions/support.h"

#include <stdlib.h>
#include <unistd.h>

#include "actions/people/contact_api.h"

/* The contacts API: one table of requests in order, and what lasts. */

static const struct request_row {
	const char *name;
	const char *verb, *id, *body; /* of a list: per_page and page */
	int status;
	const char *holds; /* in the answer */
} rows[] = {
	{ "attribute__text", "define", NULL, "{\"name\":\"plan\",\"type\":\"text\",\"label\":\"Plan\"}", 200,
		"\"archived\":false" },
	{ "attribute__number", "define", NULL, "{\"name\":\"age\",\"type\":\"number\"}", 200, "\"age\"" },
	{ "attribute__boolean", "define", NULL, "{\"name\":\"vip\",\"type\":\"boolean\"}", 200, "\"vip\"" },
	{ "attribute__date", "define", NULL, "{\"name\":\"since\",\"type\":\"date\"}", 200, "\"since\"" },
	{ "attribute__old", "define", NULL, "{\"name\":\"old\",\"type\":\"text\"}", 200, "\"old\"" },
	{ "attribute__twice", "define", NULL, "{\"name\":\"old\",\"type\":\"text\"}", 409, "already exists" },
	{ "attribute__bad_name", "define", NULL, "{\"name\":\"1st\",\"type\":\"text\"}", 400, "\"field\":\"name\"" },
	{ "attribute__bad_type", "define", NULL, "{\"name\":\"a\",\"type\":\"list\"}", 400, "\"field\":\"type\"" },
	{ "attribute__unknown", "redefine", "nope", "{\"archived\":true}", 404, "Attribute not found" },
	{ "attribute__type_stays", "redefine", "old", "{\"type\":\"number\"}", 400, "cannot be changed" },
	{ "attribute__list", "attributes", NULL, NULL, 200, "\"name\":\"age\"" },

	{ "create__two", "create", NULL,
		"{\"users\":[{\"external_id\":\"ada\",\"email\":\"ada@b.co\",\"custom_attributes\":{\"old\":\"x\","
		"\"age\":"
		"36}},{\"external_id\":\"bob\",\"stripe_accounts\":[{\"label\":\"Main\",\"stripe_id\":\"cus_b\"}]}]}",
		200, "\"message\":\"Success\"" },
	{ "create__none", "create", NULL, "{\"users\":[]}", 400, "Invalid request body" },
	{ "create__no_list", "create", NULL, "{}", 400, "\"field\":\"users\"" },
	{ "create__email_taken", "create", NULL, "{\"users\":[{\"external_id\":\"x\",\"email\":\"ada@b.co\"}]}", 409,
		"Email already exists" },
	{ "create__external_id_taken", "create", NULL, "{\"users\":[{\"external_id\":\"ada\"}]}", 409,
		"External ID already exists" },
	{ "create__twice_in_one_request", "create", NULL,
		"{\"users\":[{\"external_id\":\"new\"},{\"external_id\":\"new\"}]}", 409, "already exists" },
	{ "create__all_or_nothing", "get", "new", NULL, 404, "Contact not found" },
	{ "create__number_wanted", "create", NULL,
		"{\"users\":[{\"external_id\":\"x\",\"custom_attributes\":{\"age\":\"36\"}}]}", 400,
		"Expected number, received string" },
	{ "create__external_id_a_number", "create", NULL, "{\"users\":[{\"external_id\":42}]}", 400,
		"Expected string, received number" },
	{ "create__account_without_label", "create", NULL,
		"{\"users\":[{\"external_id\":\"x\",\"stripe_accounts\":[{\"stripe_id\":\"cus_x\"}]}]}", 400,
		"users.0.stripe_accounts.0.label" },
	{ "create__account_by_email", "create", NULL,
		"{\"users\":[{\"external_id\":\"e\",\"stripe_accounts\":[{\"label\":\"Main\",\"stripe_email\":\"e@b."
		"co\"}]}]}",
		200, "e@b.co" },
	{ "create__unknown_fields_are_named", "create", NULL,
		"{\"users\":[{\"external_id\":\"w\",\"shoe\":43,\"custom_attributes\":{\"hat\":1}}]}", 200,
		"shoe was left out" },
	{ "create__coercions", "create", NULL,
		"{\"users\":[{\"external_id\":\"c\",\"custom_attributes\":{\"vip\":\"true\",\"since\":1767225600000}}]"
		"}",
		200, "\"vip\":true,\"since\":\"2026-01-01T00:00:00Z\"" },
	{ "create__not_a_date", "create", NULL,
		"{\"users\":[{\"external_id\":\"d\",\"custom_attributes\":{\"since\":\"2026-02-30\"}}]}", 400,
		"Expected date" },

	{ "archive__a_definition", "redefine", "old", "{\"archived\":true}", 200, "\"archived\":true" },
	{ "archive__no_new_values", "update", "bob", "{\"data\":{\"custom_attributes\":{\"old\":\"y\"}}}", 400,
		"archived" },
	{ "archive__old_values_stay", "get", "ada", NULL, 200, "\"old\":\"x\"" },
	{ "archive__may_be_nulled", "update", "ada", "{\"data\":{\"custom_attributes\":{\"old\":null}}}", 200,
		"{\"age\":36}" },

	{ "get__by_external_id", "get", "ada", NULL, 200, "\"email\":\"ada@b.co\"" },
	{ "get__case_counts", "get", "Ada", NULL, 404, "Contact not found" },
	{ "get__unknown_own_id", "get", "ct_000000000000000000000000", NULL, 404, "Contact not found" },
	{ "update__one_field", "update", "bob", "{\"data\":{\"name\":\"Bob\"}}", 200, "cus_b" },
	{ "update__accounts_whole", "update", "bob",
		"{\"data\":{\"stripe_accounts\":[{\"label\":\"New\",\"stripe_id\":\"cus_c\"}]}}", 200, "\"New\"" },
	{ "update__null_erases", "update", "bob", "{\"data\":{\"name\":null}}", 200, "\"external_id\":\"bob\"" },
	{ "update__email_of_another", "update", "bob", "{\"data\":{\"email\":\"ada@b.co\"}}", 409,
		"Email already exists" },
	{ "update__own_email", "update", "ada", "{\"data\":{\"email\":\"ada@b.co\"}}", 200, "ada@b.co" },
	{ "update__no_data", "update", "bob", "{\"name\":\"Bob\"}", 400, "\"field\":\"data\"" },
	{ "update__unknown", "update", "nobody", "{\"data\":{}}", 404, "Contact not found" },
	{ "delete__one", "delete", "bob", NULL, 200, "\"external_id\":\"bob\"" },
	{ "delete__again", "delete", "bob", NULL, 404, "Contact not found" },

	{ "list__all", "list", NULL, NULL, 200,
		"\"total\":4,\"pages\":{\"page\":1,\"per_page\":100,\"total_pages\":1}" },
	{ "list__second_page", "list", "10", "2", 200, "\"data\":[],\"total\":4" },
	{ "list__too_small", "list", "9", NULL, 400, "Number must be greater than or equal to 10" },
	{ "list__too_large", "list", "1001", NULL, 400, "Number must be less than or equal to 1000" },
	{ "list__no_number", "list", "ten", NULL, 400, "Expected number, received string" },
	{ "list__page_zero", "list", NULL, "0", 400, "\"field\":\"page\"" },
};

static struct contact_answer ask(const struct contacts *c, const struct request_row *row, json_t *body)
{
	if (!strcmp(row->verb, "define"))
		return attribute_api_create(c, body);
	if (!strcmp(row->verb, "redefine"))
		return attribute_api_update(c, row->id, body);
	if (!strcmp(row->verb, "attributes"))
		return attribute_api_list(c);
	if (!strcmp(row->verb, "create"))
		return contact_api_create(c, body, NOW);
	if (!strcmp(row->verb, "get"))
		return contact_api_get(c, row->id);
	if (!strcmp(row->verb, "update"))
		return contact_api_update(c, row->id, body, NOW + 5);
	if (!strcmp(row->verb, "delete"))
		return contact_api_delete(c, row->id);
	return contact_api_list(c, row->id, row->body);
}

static void contacts_new(struct contacts *c, const char *file)
{
	struct text why;

	text_init(&why, TEXT_NO_CEILING);
	*c = (struct contacts) { .store = store_open(file, &why), .agent = "agent_1" };
	if (!c->store)
		fail_msg("%s", why.data);
	text_clear(&why);
}

/* A row stands on those before it, so that each test asks them all again. */
static void request_test(void **state)
{
	const struct request_row *row = *state;
	struct contacts c;

	contacts_new(&c, NULL);
	for (const struct request_row *r = rows; r <= row; r++) {
		js_auto body = r->body && *r->body == '{' ? json_loads(r->body, 0, NULL) : NULL;
		struct contact_answer a = ask(&c, r, body);
		char *text = json_dumps(a.body, JSON_COMPACT);

		if (r == row) {
			if (a.status != r->status)
				print_error("%s\n", text);
			assert_int_equal(a.status, r->status);
			assert_holds(text, r->holds);
		}
		free(text);
		json_decref(a.body);
	}
	store_close(c.store);
}

static json_t *upsert(const struct contacts *c, const char *claims, char **dropped)
{
	js_auto tree = json_loads(claims, 0, NULL), *names = json_array();
	json_t *out = contact_upsert(c, "ada", tree, NOW, names);

	*dropped = json_dumps(names, JSON_COMPACT);
	return out;
}

static void upsert__present_sets_absent_keeps_null_erases(void **state)
{
	struct contacts c;
	char *dropped;
	json_t *one, *other, *stored;

	(void)state;
	contacts_new(&c, NULL);
	one = upsert(&c, "{\"email\":\"a@b.co\",\"name\":\"Ada\",\"stripe_accounts\":[]}", &dropped);
	assert_string_equal(js_text(one, "name"), "Ada");
	free(dropped);
	other = upsert(&c, "{\"name\":null,\"phonenumber\":\"+15551234567\"}", &dropped);
	assert_string_equal(dropped, "[]");
	free(dropped);
	stored = contacts_find(&c, "ada");
	assert_true(json_equal(stored, other));
	assert_string_equal(js_text(stored, "email"), "a@b.co");
	assert_string_equal(js_text(stored, "phonenumber"), "+15551234567");
	assert_null(js_get(stored, "name"));
	assert_string_equal(js_text(stored, "id"), js_text(one, "id"));
	json_decref(one);
	json_decref(other);
	json_decref(stored);
	store_close(c.store);
}

static void upsert__what_cannot_be_kept_is_named(void **state)
{
	js_auto body = json_loads("{\"users\":[{\"external_id\":\"bob\",\"email\":\"bob@b.co\"}]}", 0, NULL);
	struct contact_answer made;
	struct contacts c;
	char *dropped;
	json_t *one;

	(void)state;
	contacts_new(&c, NULL);
	made = contact_api_create(&c, body, NOW);
	json_decref(made.body);
	one = upsert(&c, "{\"email\":\"bob@b.co\",\"name\":\"Ada\",\"custom_attributes\":{\"hat\":1}}", &dropped);
	assert_string_equal(dropped, "[\"hat\",\"email\"]");
	assert_null(js_get(one, "email"));
	assert_string_equal(js_text(one, "name"), "Ada");
	free(dropped);
	json_decref(one);
	store_close(c.store);
}

static void agents__never_meet_in_one_file(void **state)
{
	struct contacts one, other;
	char *dropped;
	json_t *found;

	(void)state;
	contacts_new(&one, NULL);
	other = (struct contacts) { .store = one.store, .agent = "agent_2" };
	json_decref(upsert(&one, "{\"name\":\"Ada\"}", &dropped));
	free(dropped);
	found = contacts_find(&other, "ada");
	assert_null(found);
	assert_int_equal(contacts_count(&other), 0);
	assert_int_equal(contacts_count(&one), 1);
	store_close(one.store);
}

static void file__contacts_outlive_the_process(void **state)
{
	char file[] = "/tmp/contacts-suite-XXXXXX", *dropped, *beside;
	int fd = mkstemp(file);
	struct contacts c;
	json_t *found;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	contacts_new(&c, file);
	json_decref(upsert(&c, "{\"name\":\"Ada\"}", &dropped));
	free(dropped);
	store_close(c.store);
	contacts_new(&c, file);
	found = contacts_find(&c, "ada");
	assert_string_equal(js_text(found, "name"), "Ada");
	json_decref(found);
	store_close(c.store);
	unlink(file);
	beside = mem_format("%s-wal", file);
	unlink(beside);
	free(beside);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(upsert__present_sets_absent_keeps_null_erases),
		cmocka_unit_test(upsert__what_cannot_be_kept_is_named),
		cmocka_unit_test(agents__never_meet_in_one_file),
		cmocka_unit_test(file__contacts_outlive_the_process),
	};
	struct CMUnitTest *requests = tests_of_rows(rows, COUNT_OF(rows), sizeof(rows[0]), request_test);
	int failed = _cmocka_run_group_tests("contact_api_requests", requests, COUNT_OF(rows), NULL, NULL);

	failed += cmocka_run_group_tests_name("contact_api", single, NULL, NULL);
	free(requests);
	return failed;
}
