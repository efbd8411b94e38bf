/* SPDX-License-Identifier: MIT */
/*
 * Who may have what done, against the simulator: identity, environments, contacts, ownership, and the key that the
 * operator gave. A run that is refused before Stripe is needed must not have asked it anything.
 */
#include <stdlib.h>

#include "suites/actions/live.h"
#include "suites/actions/token.h"

#define SECRET "slackwater-demo-secret-do-not-reuse"
#define SIGN_IN "Please sign in, then ask me again."
#define NOT_LINKED "I couldn't find a billing account linked to your profile. Our team can link it for you."
#define NO_ACCOUNT "I couldn't find your billing account. Our team can look into it."
#define NO_BILLING "I can't reach billing right now. I can pass you on to our team."
#define NOT_FOUND "I couldn't find that on your billing account."

/* ---- identity ---- */

struct evidence_row {
	const char *name, *user_id, *user_hash, *header, *payload, *secret, *code; /* a token when there is a payload */
};

#define CLAIMS(exp) "{\"user_id\":\"ada\",\"iat\":1795428000,\"exp\":" exp "}"

static const struct evidence_row evidences[] = {
	{ "nothing", NULL, NULL, NULL, NULL, NULL, "identity_required" },
	{ "a_user_without_hash", "ada", NULL, NULL, NULL, NULL, "identity_required" },
	{ "a_short_hash", "ada", "abc", NULL, NULL, NULL, "identity_hash_malformed" },
	{ "a_hash_of_another_user", "grace", "HASH OF ada", NULL, NULL, NULL, "identity_hash_mismatch" },
	{ "a_token_of_another_agent", NULL, NULL, GOOD_HEADER, CLAIMS("1795431600"), "another-agents-secret-0123456789",
		"identity_token_signature" },
	{ "a_token_with_another_algorithm", NULL, NULL, "{\"alg\":\"HS512\",\"typ\":\"JWT\"}", CLAIMS("1795431600"),
		SECRET, "identity_token_algorithm" },
	{ "a_token_without_algorithm", NULL, NULL, "{\"alg\":\"none\",\"typ\":\"JWT\"}", CLAIMS("1795431600"), SECRET,
		"identity_token_algorithm" },
	{ "an_expired_token", NULL, NULL, GOOD_HEADER, "{\"user_id\":\"ada\",\"iat\":1795420800,\"exp\":1795424400}",
		SECRET, "identity_token_expired" },
	{ "a_token_for_later", NULL, NULL, GOOD_HEADER,
		"{\"user_id\":\"ada\",\"nbf\":1795429000,\"iat\":1795428000,\"exp\":1795431600}", SECRET,
		"identity_token_not_yet_valid" },
	{ "a_token_for_ever", NULL, NULL, GOOD_HEADER, CLAIMS("1895431600"), SECRET, "identity_token_lifetime" },
	{ "a_token_for_nobody", NULL, NULL, GOOD_HEADER, "{\"iat\":1795428000,\"exp\":1795431600}", SECRET,
		"identity_user_id_invalid" },
	{ "a_token_that_is_none", NULL, NULL, GOOD_HEADER, "[]", SECRET, "identity_token_malformed" },
};

static void refused_evidence(void **state)
{
	static const char *const actions[] = { INFO, INVOICES, MANAGE, BILLING };
	const struct evidence_row *row = *state;
	char hash[65];
	struct text token = { 0 };
	struct live l;

	live_open(&l, NULL);
	if (row->payload)
		token_make(&token, row->header, row->payload, row->secret);
	identity_hash(l.config, "ada", hash);
	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		live_call(&l,
			&(struct sa_call) { .action = actions[i],
				.inputs = "{\"operation\":\"cancel\"}",
				.token = row->payload ? token.data : NULL,
				.user_id = row->user_id,
				.user_hash = row->user_hash && !strncmp(row->user_hash, "HASH", 4) ? hash
												   : row->user_hash });
		assert_outcome(&l, "needs_verification", row->code);
		/* The customer and the model learn nothing of what was wrong. */
		assert_string_equal(l.result.message, SIGN_IN);
		assert_string_equal(js_text_at(l.json, "error.code"), "identity_required");
		assert_lacks(l.result.json, "ada");
	}
	assert_int_equal(live_asked(&l), 0);
	text_clear(&token);
	live_close(&l);
}

static void token__opens_the_account_of_its_user(void **state)
{
	struct text token = { 0 };
	struct live l;

	(void)state;
	live_open(&l, NULL);
	token_make(&token, GOOD_HEADER, CLAIMS("1795431600"), SECRET);
	live_call(&l, &(struct sa_call) { .action = INFO, .token = token.data });
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "Your subscription Team (29.00 USD per month): active.");
	/* An hour later it is of no use. */
	l.later = 3700;
	live_call(&l, &(struct sa_call) { .action = INFO, .token = token.data });
	assert_outcome(&l, "needs_verification", "identity_token_expired");
	text_clear(&token);
	live_close(&l);
}

/* ---- actions and environments ---- */

struct place {
	const char *name, *environment, *code;
};

static const struct place places[] = {
	{ "widget", "widget", "none" },
	{ "api", "api", "none" },
	{ "playground", "playground", "environment_unsupported" },
	{ "preview", "preview", "environment_unsupported" },
	{ "compare", "compare", "environment_unsupported" },
	{ "unknown", "elsewhere", "environment_unsupported" },
};

static void environment(void **state)
{
	const struct place *row = *state;
	bool allowed = !strcmp(row->code, "none");
	char hash[65];
	struct live l;

	live_open(&l, NULL);
	identity_hash(l.config, "ada", hash);
	live_call(&l, &(struct sa_call) {
			      .action = INFO, .user_id = "ada", .user_hash = hash, .environment = row->environment });
	assert_outcome(&l, allowed ? "ok" : "refused", row->code);
	assert_int_equal(live_asked(&l) > 0, allowed);
	if (!allowed)
		assert_string_equal(l.result.message, "I can't do that here. I can pass you on to our team.");
	live_close(&l);
}

static void action__has_to_be_enabled(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, "{\"actions\":[{\"name\":\"sleeping\",\"kind\":\"invoices\",\"when_to_use\":\"Never, it is "
		      "switched off for the "
		      "time being.\",\"enabled\":false}]}");
	live_run(&l, "ada", "sleeping", NULL, NULL);
	assert_outcome(&l, "refused", "action_disabled");
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_outcome(&l, "refused", "action_not_found");
	live_run(&l, "ada", "Sleeping", NULL, NULL);
	assert_outcome(&l, "refused", "action_not_found");
	assert_int_equal(live_asked(&l), 0);
	live_close(&l);
}

/* ---- contacts ---- */

struct contact_row {
	const char *name, *contact, *code, *says;
};

static const struct contact_row contacts[] = {
	{ "a_stranger", "nobody", "contact_not_found", NOT_LINKED },
	{ "another_spelling", "Ada", "contact_not_found", NOT_LINKED },
	{ "a_contact_without_account", "newcomer", "contact_stripe_account_missing", NOT_LINKED },
	{ "a_deleted_customer", "gone", "stripe_customer_deleted", NO_ACCOUNT },
	{ "an_unknown_customer", "lost", "stripe_customer_not_found", NO_ACCOUNT },
	{ "an_id_that_is_none", "odd", "contact_stripe_account_invalid", NOT_LINKED },
};

static void contact(void **state)
{
	static const char people[] =
		"{\"contacts\":[{\"external_id\":\"gone\",\"stripe_accounts\":[{\"label\":\"Main\",\"stripe_id\":\"cus_"
		"gone\"}]},"
		"{\"external_id\":\"newcomer\",\"stripe_accounts\":[]},"
		"{\"external_id\":\"ada\",\"stripe_accounts\":[{\"label\":\"Main\",\"stripe_id\":\"cus_ada\"}]},"
		"{\"external_id\":\"lost\",\"stripe_accounts\":[{\"label\":\"Main\",\"stripe_id\":\"cus_lost\"}]},"
		"{\"external_id\":\"odd\",\"stripe_accounts\":[{\"label\":\"Main\",\"stripe_id\":\"sub_ada\"}]}]}";
	static const char *const actions[] = { INFO, INVOICES, MANAGE, BILLING };
	const struct contact_row *row = *state;
	struct live l;

	live_open(&l, people);
	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		live_run(&l, row->contact, actions[i],
			!strcmp(actions[i], MANAGE)    ? "{\"operation\":\"cancel\"}"
			: !strcmp(actions[i], BILLING) ? "{\"phone\":\"+15551234567\"}"
						       : NULL,
			NULL);
		assert_outcome(&l, "refused", row->code);
		assert_string_equal(l.result.message, row->says);
	}
	assert_int_equal(l.writes, 0);
	live_close(&l);
}

static void contact__with_two_accounts_is_asked_which(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_run(&l, "margaret", INFO, NULL, NULL);
	assert_outcome(&l, "needs_choice", "account_choice");
	assert_holds(l.result.json, "\"choices\":[\"Sailing school\",\"Port office\"]");
	assert_string_equal(l.result.message,
		"You have several billing accounts. Which one do you mean?\n1. Sailing school\n2. Port office");
	assert_lacks(l.result.json, "cus_");
	live_run(&l, "margaret", INFO, "{\"account\":\"Port office\"}", NULL);
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "Fleet (79.00 USD per month)");
	live_run(&l, "margaret", INFO, "{\"account\":\"cus_ada\"}", NULL);
	assert_string_not_equal(l.result.status, "ok");
	assert_lacks(l.result.json, "Team (29.00 USD");
	live_close(&l);
}

/* ---- what is not theirs ---- */

struct foreign {
	const char *name, *action, *inputs; /* with %s where an id stands */
	const char *id, *missing;	    /* somebody else's, and one that nobody has */
};

static const struct foreign foreigns[] = {
	{ "subscription_in_a_change", MANAGE,
		"{\"operation\":\"change_plan\",\"plan\":\"fleet\",\"subscription\":\"%s\"}", "sub_grace",
		"sub_nobody" },
	{ "subscription_in_a_preview", MANAGE,
		"{\"operation\":\"preview_change\",\"plan\":\"fleet\",\"subscription\":\"%s\"}", "sub_grace",
		"sub_nobody" },
	{ "subscription_in_a_cancellation", MANAGE,
		"{\"operation\":\"cancel\",\"when\":\"immediately\",\"subscription\":\"%s\"}", "sub_grace",
		"sub_nobody" },
	{ "subscription_in_an_undo", MANAGE, "{\"operation\":\"undo_cancel\",\"subscription\":\"%s\"}", "sub_katherine",
		"sub_nobody" },
	{ "subscription_of_invoices", INVOICES, "{\"subscription\":\"%s\"}", "sub_grace", "sub_nobody" },
	{ "invoice_as_a_cursor", INVOICES, "{\"cursor\":\"%s\"}", "in_grace_1", "in_nobody" },
	{ "customer_as_a_subscription", MANAGE, "{\"operation\":\"cancel\",\"subscription\":\"%s\"}", "cus_grace",
		"cus_nobody" },
	{ "handle_of_another_list", MANAGE, "{\"operation\":\"cancel\",\"subscription\":\"%s\"}", "sub_2", "sub_99" },
};

/* Foreign and missing get one answer, in every byte but for the request's number; and nothing is written. */
static void foreign_id(void **state)
{
	const struct foreign *row = *state;
	char inputs[256], *first = NULL, *before, *after;
	struct live l;

	live_open(&l, NULL);
	before = live_state(&l);
	for (int i = 0; i < 2; i++) {
		const char *rest = strstr(row->inputs, "%s");

		snprintf(inputs, sizeof inputs, "%.*s%s%s", (int)(rest - row->inputs), row->inputs,
			i ? row->missing : row->id, rest + 2);
		live_run(&l, "ada", row->action, inputs, NULL);
		assert_string_equal(l.result.status, "refused");
		assert_lacks(l.result.json, "grace");
		assert_lacks(l.result.json, "katherine");
		if (!i)
			first = mem_copy_text(l.result.json);
		else
			assert_string_equal(l.result.json, first);
	}
	assert_int_equal(l.writes, 0);
	after = live_state(&l);
	assert_string_equal(before, after);
	free(first);
	free(before);
	free(after);
	live_close(&l);
}

static void unknown_inputs__cannot_name_a_customer(void **state)
{
	static const char *const tries[] = { "{\"customer\":\"cus_grace\"}", "{\"customer_id\":\"cus_grace\"}",
		"{\"stripe_id\":\"cus_grace\"}", "{\"account\":\"cus_grace\"}", "{\"user_id\":\"grace\"}" };
	struct live l;

	(void)state;
	live_open(&l, NULL);
	for (size_t i = 0; i < COUNT_OF(tries); i++) {
		live_run(&l, "ada", INFO, tries[i], NULL);
		assert_lacks(l.result.json, "trialing");
		assert_lacks(l.result.message, "30 November 2026");
	}
	live_close(&l);
}

static void confirmation__is_no_good_for_another_person(void **state)
{
	const char *confirmation;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	confirmation = live_propose(&l, "ada", MANAGE, "{\"operation\":\"cancel\"}");
	live_run(&l, "mary", MANAGE, "{\"operation\":\"cancel\"}", confirmation);
	assert_outcome(&l, "refused", "proposal_mismatch");
	live_run(&l, "ada", MANAGE, "{\"operation\":\"cancel\",\"when\":\"immediately\"}", confirmation);
	assert_outcome(&l, "refused", "proposal_mismatch");
	assert_int_equal(l.writes, 0);
	live_run(&l, "ada", MANAGE, "{\"operation\":\"cancel\"}", confirmation);
	assert_outcome(&l, "ok", "none");
	live_close(&l);
}

static void confirmation__ends_with_its_time(void **state)
{
	const char *confirmation;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	confirmation = live_propose(&l, "ada", MANAGE, "{\"operation\":\"cancel\"}");
	l.later = 901;
	live_run(&l, "ada", MANAGE, "{\"operation\":\"cancel\"}", confirmation);
	assert_outcome(&l, "refused", "proposal_expired");
	assert_int_equal(l.writes, 0);
	live_close(&l);
}

/* ---- the operator's key ---- */

#define STRIPE_KEY(key) "{\"stripe\":{\"base_url\":\"http://127.0.0.1:12111\",\"api_key\":\"" key "\"}}"

struct key_row {
	const char *name, *changes, *code;
};

static const struct key_row keys[] = {
	{ "a_key_that_is_unknown", STRIPE_KEY("sk_test_somebody_else"), "stripe_key_invalid" },
	{ "a_key_that_was_rolled", STRIPE_KEY("sk_test_slackwater_rolled"), "stripe_key_expired" },
};

static void useless_key(void **state)
{
	static const char *const actions[] = { INFO, INVOICES, MANAGE, BILLING };
	const struct key_row *row = *state;
	struct live l;

	live_open(&l, row->changes);
	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		live_run(&l, "ada", actions[i],
			!strcmp(actions[i], MANAGE)    ? "{\"operation\":\"cancel\"}"
			: !strcmp(actions[i], BILLING) ? "{\"phone\":\"+15551234567\"}"
						       : NULL,
			NULL);
		assert_outcome(&l, "error", row->code);
		assert_string_equal(l.result.message, NO_BILLING);
		assert_lacks(l.result.json, "sk_test");
		assert_lacks(l.result.diagnostic, "sk_test_s");
	}
	assert_int_equal(l.waits, 0);
	live_close(&l);
}

static void reading_key__reads_and_cannot_write(void **state)
{
	static const struct {
		const char *action, *inputs, *permission;
	} rows[] = {
		{ MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", "subscription_write" },
		{ MANAGE, "{\"operation\":\"cancel\"}", "subscription_write" },
		{ MANAGE, "{\"operation\":\"cancel\",\"when\":\"immediately\"}", "subscription_write" },
		{ BILLING, "{\"phone\":\"+15551234567\"}", "customer_write" },
	};
	char *before, *after;
	struct live l;

	(void)state;
	live_open(&l, STRIPE_KEY("rk_test_slackwater_reader"));
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_outcome(&l, "ok", "none");
	live_run(&l, "ada", INVOICES, NULL, NULL);
	assert_outcome(&l, "ok", "none");
	live_run(&l, "ada", MANAGE, "{\"operation\":\"list_plans\"}", NULL);
	assert_outcome(&l, "ok", "none");
	before = live_state(&l);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		live_do(&l, "ada", rows[i].action, rows[i].inputs);
		assert_outcome(&l, "error", "stripe_permission_denied");
		assert_string_equal(l.result.message, NO_BILLING);
		assert_holds(l.result.diagnostic, rows[i].permission);
		assert_lacks(l.result.json, rows[i].permission);
	}
	after = live_state(&l);
	assert_string_equal(before, after);
	free(before);
	free(after);
	live_close(&l);
}

int main(void)
{
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(token__opens_the_account_of_its_user),
		cmocka_unit_test(action__has_to_be_enabled),
		cmocka_unit_test(contact__with_two_accounts_is_asked_which),
		cmocka_unit_test(unknown_inputs__cannot_name_a_customer),
		cmocka_unit_test(confirmation__is_no_good_for_another_person),
		cmocka_unit_test(confirmation__ends_with_its_time),
		cmocka_unit_test(reading_key__reads_and_cannot_write),
	};
	const struct table tables[] = {
		{ "evidence", evidences, COUNT_OF(evidences), sizeof *evidences, refused_evidence },
		{ "environments", places, COUNT_OF(places), sizeof *places, environment },
		{ "contacts", contacts, COUNT_OF(contacts), sizeof *contacts, contact },
		{ "foreign ids", foreigns, COUNT_OF(foreigns), sizeof *foreigns, foreign_id },
		{ "keys", keys, COUNT_OF(keys), sizeof *keys, useless_key },
	};
	int failed = cmocka_run_group_tests_name("trust", plain, NULL, NULL);

	return failed + tables_run(tables, COUNT_OF(tables));
}
