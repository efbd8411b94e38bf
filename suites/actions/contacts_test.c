/* SPDX-License-Identifier: MIT */
#include "suites/actions/support.h"

#include <stdlib.h>

#include "actions/people/account.h"
#include "actions/people/contacts.h"

/* Contacts: loading, the exact match, what a token does to one, and which Stripe customer it is. */

static bool contacts_of(struct contacts *c, const char *json, struct text *why)
{
	js_auto tree = json_loads(json, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(tree);
	text_init(why, TEXT_NO_CEILING);
	c->store = store_open(NULL, why);
	c->agent = "agent_1";
	assert_non_null(c->store);
	return contacts_import(c, tree, "contacts.json", "$", NOW, why);
}

static void assert_found(const struct contacts *c, const char *id, bool wanted)
{
	js_auto found = contacts_find(c, id);

	assert_int_equal(found != NULL, wanted);
	if (found)
		assert_string_equal(js_text(found, "external_id"), id);
}

static const struct bad_row {
	const char *name, *json, *why;
} bad_rows[] = {
	{ "bad__not_a_list", "{\"people\":[]}", "contacts.json: $: must be a list of contacts" },
	{ "bad__list_of_texts", "[\"ada\"]", "contacts.json: $[0]: must be an object" },
	{ "bad__no_external_id", "[{\"name\":\"Ada\"}]",
		"contacts.json: $[0].external_id: must be a text of 1 to 256 bytes" },
	{ "bad__external_id_a_number", "[{\"external_id\":42}]", "contacts.json: $[0].external_id: must be a text" },
	{ "bad__external_id_empty", "{\"contacts\":[{\"external_id\":\"\"}]}",
		"contacts.json: $.contacts[0].external_id" },
	{ "bad__external_id_twice", "[{\"external_id\":\"a\"},{\"external_id\":\"a\"}]",
		"contacts.json: $[1].external_id: is used twice" },
	{ "bad__email_a_list", "[{\"external_id\":\"a\",\"email\":[]}]",
		"contacts.json: $[0].email: must be a text or null" },
	{ "bad__every_fault_is_named", "[{\"external_id\":\"a\",\"email\":1,\"name\":2}]",
		"$[0].name: must be a text or null\ncontacts.json: $[0].email: must be a text or null" },
};

static void bad_row_test(void **state)
{
	const struct bad_row *row = *state;
	struct contacts c;
	struct text why;

	assert_false(contacts_of(&c, row->json, &why));
	assert_holds(why.data, row->why);
	assert_int_equal(contacts_count(&c), 0);
	store_close(c.store);
	text_clear(&why);
}

static void find__compares_byte_by_byte(void **state)
{
	struct text why;
	struct contacts c;

	(void)state;
	assert_true(contacts_of(&c, "{\"users\":[{\"external_id\":\"user_42\"},{\"external_id\":\"42\"}]}", &why));
	assert_found(&c, "user_42", true);
	assert_found(&c, "User_42", false);
	assert_found(&c, "user_42 ", false);
	assert_found(&c, "user_4", false);
	assert_found(&c, "", false);
	store_close(c.store);
	text_clear(&why);
}

static const struct near_row {
	const char *name, *stored, *asked;
	bool near;
} nears[] = {
	{ "near__case_and_blanks", "User_42", " user_42\n", true },
	{ "near__another", "User_42", "user_43", false },
	/* u and a combining diaeresis, and the letter that is both. */
	{ "near__composed_otherwise", "u\xcc\x88n\xc3\xaf", "\xc3\xbcn\xc3\xaf", true },
	{ "near__without_the_accent", "\xc3\xbcn", "un", false },
	{ "near__full_width", "user", "\xef\xbd\x95\xef\xbd\x93\xef\xbd\x85\xef\xbd\x92", true },
	{ "near__cyrillic_letter", "paypal", "p\xd0\xb0ypal", true },
	{ "near__zero_for_o", "bob", "b0b", true },
	{ "near__cannot_be_seen", "user\xe2\x80\x8b_42", "user_42", true },
	{ "near__blank_that_does_not_break", "\xc2\xa0user_42", "user_42", true },
	{ "near__sharp_s",
		"stra\xc3\x9f"
		"e",
		"STRASSE", true },
	{ "near__other_script", "\xe7\x94\xa8\xe6\x88\xb7", "\xe7\x94\xa8\xe5\xae\xa2", false },
};

static void near_row_test(void **state)
{
	const struct near_row *row = *state;
	char *list = mem_format("[{\"external_id\":\"%s\"}]", row->stored);
	struct arena arena = { 0 };
	struct contacts c;
	struct text why;
	const char *found;

	assert_true(contacts_of(&c, list, &why));
	found = contacts_near(&c, &arena, row->asked);
	if (row->near)
		assert_string_equal(found, row->stored);
	else
		assert_null(found);
	/* It is for a hint alone: nobody is found by it. */
	assert_null(contacts_find(&c, row->asked));
	arena_free(&arena);
	store_close(c.store);
	text_clear(&why);
	free(list);
}

static void claims__present_sets_absent_keeps_null_erases(void **state)
{
	js_auto contact = json_loads(
		"{\"external_id\":\"u\",\"name\":\"Ada\",\"email\":\"a@b.co\",\"phonenumber\":\"+1555\"}", 0, NULL);
	js_auto claims = json_loads("{\"user_id\":\"u\",\"name\":\"Grace\",\"email\":null}", 0, NULL);
	struct arena arena = { 0 };
	json_t *merged = contact_with_claims(&arena, contact, claims, "u");

	(void)state;
	assert_string_equal(js_text(merged, "name"), "Grace");
	assert_null(js_get(merged, "email"));
	assert_string_equal(js_text(merged, "phonenumber"), "+1555");
	assert_string_equal(js_text(contact, "name"), "Ada"); /* the stored one is left alone */
	arena_free(&arena);
}

static void claims__make_a_contact_only_from_contact_data(void **state)
{
	js_auto bare = json_loads("{\"user_id\":\"u\",\"exp\":1}", 0, NULL);
	js_auto full = json_loads("{\"user_id\":\"u\",\"stripe_accounts\":[]}", 0, NULL);
	struct arena arena = { 0 };

	(void)state;
	assert_null(contact_with_claims(&arena, NULL, bare, "u"));
	assert_string_equal(js_text(contact_with_claims(&arena, NULL, full, "u"), "external_id"), "u");
	arena_free(&arena);
}

/* A Stripe that only knows customers by e-mail address. */
static enum transport_fate email_send(
	void *arg, struct arena *arena, const struct transport_request *request, struct transport_response *response)
{
	(void)arg;
	(void)arena;
	response->status = 200;
	if (!strcmp(request->path, "/v1/customers?email=one%40b.co&limit=2"))
		response->body = "{\"object\":\"list\",\"data\":[{\"id\":\"cus_one\"}],\"has_more\":false}";
	else if (!strcmp(request->path, "/v1/customers?email=two%40b.co&limit=2"))
		response->body =
			"{\"object\":\"list\",\"data\":[{\"id\":\"cus_a\"},{\"id\":\"cus_b\"}],\"has_more\":false}";
	else
		response->body = "{\"object\":\"list\",\"data\":[],\"has_more\":false}";
	response->length = strlen(response->body);
	return FATE_ANSWERED;
}

static const struct account_row {
	const char *name, *accounts, *wanted;
	enum problem_code code;
	const char *customer; /* or part of the choices */
} account_rows[] = {
	{ "account__one", "[{\"label\":\"Main\",\"stripe_id\":\"cus_A\"}]", NULL, PROBLEM_NONE, "cus_A" },
	{ "account__one_by_its_label", "[{\"label\":\"Main\",\"stripe_id\":\"cus_A\"}]", "Main", PROBLEM_NONE,
		"cus_A" },
	{ "account__by_label",
		"[{\"label\":\"Team 1\",\"stripe_id\":\"cus_A\"},{\"label\":\"Team 2\",\"stripe_id\":\"cus_B\"}]",
		"Team 2", PROBLEM_NONE, "cus_B" },
	{ "account__several",
		"[{\"label\":\"Team 1\",\"stripe_id\":\"cus_A\"},{\"label\":\"Team 2\",\"stripe_id\":\"cus_B\"}]", NULL,
		PROBLEM_ACCOUNT_CHOICE, "Team 2" },
	{ "account__several_and_a_wrong_label",
		"[{\"label\":\"Team 1\",\"stripe_id\":\"cus_A\"},{\"label\":\"Team 2\",\"stripe_id\":\"cus_B\"}]",
		"Team 3", PROBLEM_ACCOUNT_CHOICE, "Team 1" },
	{ "account__wrong_label_never_opens_another", "[{\"label\":\"Main\",\"stripe_id\":\"cus_A\"}]", "cus_B",
		PROBLEM_ACCOUNT_CHOICE, "Main" },
	{ "account__same_label_twice",
		"[{\"label\":\"Main\",\"stripe_id\":\"cus_A\"},{\"label\":\"Main\",\"stripe_id\":\"cus_B\"}]", "Main",
		PROBLEM_ACCOUNT_CHOICE, "Main" },
	{ "account__broken_entries_are_passed_over",
		"[{\"label\":\"Old\",\"stripe_id\":\"acct_1\"},{\"label\":\"Main\",\"stripe_id\":\"cus_A\"}]", NULL,
		PROBLEM_NONE, "cus_A" },
	{ "account__none", "[]", NULL, PROBLEM_CONTACT_STRIPE_ACCOUNT_MISSING, NULL },
	{ "account__null", "null", NULL, PROBLEM_CONTACT_STRIPE_ACCOUNT_MISSING, NULL },
	{ "account__a_text", "\"cus_A\"", NULL, PROBLEM_CONTACT_STRIPE_ACCOUNT_MISSING, NULL },
	{ "account__no_label", "[{\"stripe_id\":\"cus_A\"}]", NULL, PROBLEM_CONTACT_STRIPE_ACCOUNT_INVALID, NULL },
	{ "account__not_a_customer_id", "[{\"label\":\"Main\",\"stripe_id\":\"sub_A\"}]", NULL,
		PROBLEM_CONTACT_STRIPE_ACCOUNT_INVALID, NULL },
	{ "account__id_with_a_path", "[{\"label\":\"Main\",\"stripe_id\":\"cus_A/../cus_B\"}]", NULL,
		PROBLEM_CONTACT_STRIPE_ACCOUNT_INVALID, NULL },
	{ "account__id_a_number", "[{\"label\":\"Main\",\"stripe_id\":7}]", NULL,
		PROBLEM_CONTACT_STRIPE_ACCOUNT_INVALID, NULL },
	{ "account__email_of_one", "[{\"label\":\"Main\",\"stripe_email\":\"one@b.co\"}]", NULL, PROBLEM_NONE,
		"cus_one" },
	{ "account__email_of_two", "[{\"label\":\"Main\",\"stripe_email\":\"two@b.co\"}]", NULL,
		PROBLEM_CONTACT_STRIPE_ACCOUNT_AMBIGUOUS, NULL },
	{ "account__email_of_nobody", "[{\"label\":\"Main\",\"stripe_email\":\"no@b.co\"}]", NULL,
		PROBLEM_CONTACT_STRIPE_ACCOUNT_AMBIGUOUS, NULL },
};

static void account_row_test(void **state)
{
	const struct account_row *row = *state;
	struct stripe_client client = {
		.transport = { .send = email_send }, .clock = clock_system(), .api_key = "sk_test_x"
	};
	js_auto contact = json_object();
	struct account account = { 0 };
	struct arena arena = { 0 };
	struct problem why;
	bool found;

	js_put_new(contact, "stripe_accounts", json_loads(row->accounts, JSON_DECODE_ANY, NULL));
	problem_init(&why, &arena);
	found = account_resolve(contact, row->wanted, &client, &account, &why);
	assert_code(&why, row->code);
	assert_int_equal(found, row->code == PROBLEM_NONE);
	if (found) {
		assert_string_equal(account.customer, row->customer);
	} else if (row->customer) {
		char *choices = json_dumps(js_get(why.extra, "choices"), 0);

		assert_holds(choices, row->customer);
		assert_lacks(choices, "cus_");
		free(choices);
	}
	problem_clear(&why);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(find__compares_byte_by_byte),
		cmocka_unit_test(claims__present_sets_absent_keeps_null_erases),
		cmocka_unit_test(claims__make_a_contact_only_from_contact_data),
	};
	struct CMUnitTest *bad = tests_of_rows(bad_rows, COUNT_OF(bad_rows), sizeof(bad_rows[0]), bad_row_test);
	struct CMUnitTest *near = tests_of_rows(nears, COUNT_OF(nears), sizeof(nears[0]), near_row_test);
	struct CMUnitTest *accounts =
		tests_of_rows(account_rows, COUNT_OF(account_rows), sizeof(account_rows[0]), account_row_test);
	int failed = cmocka_run_group_tests_name("contacts", single, NULL, NULL);

	failed += _cmocka_run_group_tests("contacts_bad", bad, COUNT_OF(bad_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("contacts_account", accounts, COUNT_OF(account_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("contacts_near", near, COUNT_OF(nears), NULL, NULL);
	free(bad);
	free(near);
	free(accounts);
	return failed;
}
