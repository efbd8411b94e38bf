/* SPDX-License-Identifier: MIT */
#include "suites/actions/support.h"

#include <stdlib.h>

#include "actions/people/identity.h"
#include "suites/actions/token.h"

/* Identity: known answers, and every refusal by name. */

#define GOOD_EXP "\"exp\":1767229200" /* an hour from NOW */

static const char known_token[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
				  "eyJ1c2VyX2lkIjoidXNlcl80MiIsImVtYWlsIjoiYUBleGFtcGxlLmNvbSIsInN0cmlwZV9hY2NvdW50cyI6"
				  "W3sibGFiZWwiOiJNYWluIiwic3RyaXBl"
				  "X2lkIjoiY3VzX0EifV0sImlhdCI6MTc2NzIyNTYwMCwiZXhwIjoxNzY3MjI5MjAwfQ.uR66IWzJCS3a-"
				  "ydPimkya6XbNyzJa0sWpcLBa4m83LI";
static const char none_token[] =
	"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJ1c2VyX2lkIjoidXNlcl80MiIsImV4cCI6MTc2NzIyOTIwMH0.";

/* Verifies and compares the outcome; on success also the user. */
static void expect(const char *config, const struct evidence *e, int64_t now, enum problem_code wanted,
	const char *detail, const char *user)
{
	struct config *c = config_of(config);
	struct arena arena = { 0 };
	struct problem why;
	struct identity id = { 0 };
	bool verified;

	problem_init(&why, &arena);
	verified = identity_verify(c, e, now, &id, &why);
	assert_code(&why, wanted);
	assert_int_equal(verified, wanted == PROBLEM_NONE);
	if (verified)
		assert_string_equal(id.user_id, user);
	else
		assert_null(id.user_id);
	if (detail)
		assert_holds(why.detail, detail);
	problem_clear(&why);
	arena_free(&arena);
	config_free(c);
}

#define PLAIN CONFIG_HEAD "," ACTION_ROWS "}"

static const struct hash_row {
	const char *name, *user_id, *hash;
	enum problem_code code;
} hash_rows[] = {
	{ "hash__user_42", "user_42", "fe63268911bdd587e5c2441f7f5bc542ef6dc4581c79747aa26a2fa11da3bd87",
		PROBLEM_NONE },
	{ "hash__case_matters", "User_42", "b3a4567c807e20ccead6960d1f40043218fa3988ae0f046ba3e2bcba4131ed6d",
		PROBLEM_NONE },
	{ "hash__digits", "42", "171100969583662773d2466f9b0c2d75b3040d7849fbe9a63707a76acc808e1d", PROBLEM_NONE },
	{ "hash__utf8", "\xC3\xBCn\xC3\xAF-\xE7\x94\xA8\xE6\x88\xB7",
		"4b04f171f8fee3b08141b32958af23324cd81e0bada0d15ae0f3898317a0991c", PROBLEM_NONE },
	{ "hash__of_another_user", "User_42", "fe63268911bdd587e5c2441f7f5bc542ef6dc4581c79747aa26a2fa11da3bd87",
		PROBLEM_IDENTITY_HASH_MISMATCH },
	{ "hash__plain_sha256", "user_42", "573baabb5ca42a23f3a118d027eadd8dc9bed70e40708a1b1ed9410b00feed0e",
		PROBLEM_IDENTITY_HASH_MISMATCH },
	{ "hash__one_bit_off", "user_42", "fe63268911bdd587e5c2441f7f5bc542ef6dc4581c79747aa26a2fa11da3bd86",
		PROBLEM_IDENTITY_HASH_MISMATCH },
	{ "hash__first_bit_off", "user_42", "7e63268911bdd587e5c2441f7f5bc542ef6dc4581c79747aa26a2fa11da3bd87",
		PROBLEM_IDENTITY_HASH_MISMATCH },
	{ "hash__upper_case", "user_42", "FE63268911BDD587E5C2441F7F5BC542EF6DC4581C79747AA26A2FA11DA3BD87",
		PROBLEM_IDENTITY_HASH_MALFORMED },
	{ "hash__63_digits", "user_42", "fe63268911bdd587e5c2441f7f5bc542ef6dc4581c79747aa26a2fa11da3bd8",
		PROBLEM_IDENTITY_HASH_MALFORMED },
	{ "hash__65_digits", "user_42", "fe63268911bdd587e5c2441f7f5bc542ef6dc4581c79747aa26a2fa11da3bd870",
		PROBLEM_IDENTITY_HASH_MALFORMED },
	{ "hash__trailing_newline", "user_42", "fe63268911bdd587e5c2441f7f5bc542ef6dc4581c79747aa26a2fa11da3bd87\n",
		PROBLEM_IDENTITY_HASH_MALFORMED },
	{ "hash__base64", "user_42", "/mMmiRG91YflwkQff1vFQu9txFgceXR6omovoR2jvYc=", PROBLEM_IDENTITY_HASH_MALFORMED },
	{ "hash__empty", "user_42", "", PROBLEM_IDENTITY_HASH_MALFORMED },
	{ "hash__empty_user", "", "988e671c3b6438960705432869f165504f65ce01e369fb246eb4b5dc486b78da",
		PROBLEM_IDENTITY_USER_ID_INVALID },
	{ "hash__no_user", NULL, "988e671c3b6438960705432869f165504f65ce01e369fb246eb4b5dc486b78da",
		PROBLEM_IDENTITY_USER_ID_INVALID },
	{ "hash__missing", "user_42", NULL, PROBLEM_IDENTITY_REQUIRED },
	{ "hash__nothing_at_all", NULL, NULL, PROBLEM_IDENTITY_REQUIRED },
};

static void hash_row_test(void **state)
{
	const struct hash_row *row = *state;

	expect(PLAIN, &(struct evidence) { .user_id = row->user_id, .user_hash = row->hash }, NOW, row->code, NULL,
		row->user_id);
}

static const struct token_row {
	const char *name, *header, *payload;
	enum problem_code code;
	const char *detail;
} token_rows[] = {
	{ "token__good", GOOD_HEADER, "{\"user_id\":\"u\"," GOOD_EXP "}", PROBLEM_NONE, NULL },
	{ "token__sub_is_an_alias", GOOD_HEADER, "{\"sub\":\"u\"," GOOD_EXP "}", PROBLEM_NONE, NULL },
	{ "token__user_id_and_sub_agree", GOOD_HEADER, "{\"user_id\":\"u\",\"sub\":\"u\"," GOOD_EXP "}", PROBLEM_NONE,
		NULL },
	{ "token__without_typ", "{\"alg\":\"HS256\"}", "{\"user_id\":\"u\"," GOOD_EXP "}", PROBLEM_NONE, NULL },
	{ "token__exp_with_a_fraction", GOOD_HEADER, "{\"user_id\":\"u\",\"exp\":1767229200.5}", PROBLEM_NONE, NULL },
	{ "token__kid_of_the_secret", "{\"alg\":\"HS256\",\"kid\":\"now\"}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_NONE, NULL },
	{ "token__expired_within_leeway", GOOD_HEADER, "{\"user_id\":\"u\",\"exp\":1767225541}", PROBLEM_NONE, NULL },
	{ "token__lives_24_hours", GOOD_HEADER, "{\"user_id\":\"u\",\"iat\":1767225600,\"exp\":1767312000}",
		PROBLEM_NONE, NULL },

	{ "token__alg_hs512", "{\"alg\":\"HS512\"}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_ALGORITHM, "HS512" },
	{ "token__alg_rs256", "{\"alg\":\"RS256\"}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_ALGORITHM, "RS256" },
	{ "token__alg_none_signed", "{\"alg\":\"none\"}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_ALGORITHM, "none" },
	{ "token__alg_lower_case", "{\"alg\":\"hs256\"}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_ALGORITHM, "hs256" },
	{ "token__alg_missing", "{\"typ\":\"JWT\"}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_ALGORITHM, "missing" },
	{ "token__alg_a_list", "{\"alg\":[\"HS256\"]}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_ALGORITHM, "missing" },
	{ "token__crit", "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_ALGORITHM, "crit" },
	{ "token__b64", "{\"alg\":\"HS256\",\"b64\":false}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_ALGORITHM, "b64" },
	{ "token__jku", "{\"alg\":\"HS256\",\"jku\":\"https://x\"}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_ALGORITHM, "jku" },
	{ "token__jwk", "{\"alg\":\"HS256\",\"jwk\":{}}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_ALGORITHM, "jwk" },
	{ "token__typ_of_something_else", "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_ALGORITHM, "typ" },
	{ "token__kid_of_no_secret", "{\"alg\":\"HS256\",\"kid\":\"what\"}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_SIGNATURE, "what" },
	{ "token__kid_of_the_other_secret", "{\"alg\":\"HS256\",\"kid\":\"old\"}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_SIGNATURE, "old" },

	{ "token__expired", GOOD_HEADER, "{\"user_id\":\"u\",\"exp\":1767225540}", PROBLEM_IDENTITY_TOKEN_EXPIRED,
		"60 sec" },
	{ "token__no_exp", GOOD_HEADER, "{\"user_id\":\"u\"}", PROBLEM_IDENTITY_TOKEN_LIFETIME, "missing" },
	{ "token__exp_null", GOOD_HEADER, "{\"user_id\":\"u\",\"exp\":null}", PROBLEM_IDENTITY_TOKEN_MALFORMED, "exp" },
	{ "token__exp_text", GOOD_HEADER, "{\"user_id\":\"u\",\"exp\":\"1767229200\"}",
		PROBLEM_IDENTITY_TOKEN_MALFORMED, "exp" },
	{ "token__exp_negative", GOOD_HEADER, "{\"user_id\":\"u\",\"exp\":-1}", PROBLEM_IDENTITY_TOKEN_MALFORMED,
		"exp" },
	{ "token__exp_huge", GOOD_HEADER, "{\"user_id\":\"u\",\"exp\":1e300}", PROBLEM_IDENTITY_TOKEN_MALFORMED,
		"exp" },
	{ "token__lives_longer_than_24_hours", GOOD_HEADER, "{\"user_id\":\"u\",\"iat\":1767225600,\"exp\":1767312001}",
		PROBLEM_IDENTITY_TOKEN_LIFETIME, "86401" },
	{ "token__far_exp_without_iat", GOOD_HEADER, "{\"user_id\":\"u\",\"exp\":1767312061}",
		PROBLEM_IDENTITY_TOKEN_LIFETIME, "86461" },
	{ "token__nbf_ahead", GOOD_HEADER, "{\"user_id\":\"u\",\"nbf\":1767225661," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_NOT_YET_VALID, "nbf" },
	{ "token__iat_ahead", GOOD_HEADER, "{\"user_id\":\"u\",\"iat\":1767225661," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_NOT_YET_VALID, "iat" },
	{ "token__nbf_text", GOOD_HEADER, "{\"user_id\":\"u\",\"nbf\":\"now\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_MALFORMED, "nbf" },

	{ "token__user_id_a_number", GOOD_HEADER, "{\"user_id\":42," GOOD_EXP "}", PROBLEM_IDENTITY_USER_ID_INVALID,
		"not a text" },
	{ "token__user_id_null", GOOD_HEADER, "{\"user_id\":null," GOOD_EXP "}", PROBLEM_IDENTITY_USER_ID_INVALID,
		"not a text" },
	{ "token__user_id_missing", GOOD_HEADER, "{" GOOD_EXP "}", PROBLEM_IDENTITY_USER_ID_INVALID, "missing" },
	{ "token__user_id_empty", GOOD_HEADER, "{\"user_id\":\"\"," GOOD_EXP "}", PROBLEM_IDENTITY_USER_ID_INVALID,
		"0 bytes" },
	{ "token__user_id_and_sub_differ", GOOD_HEADER, "{\"user_id\":\"u\",\"sub\":\"v\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_USER_ID_INVALID, "differ" },
	{ "token__sub_a_number", GOOD_HEADER, "{\"user_id\":\"u\",\"sub\":7," GOOD_EXP "}",
		PROBLEM_IDENTITY_USER_ID_INVALID, "sub" },
	{ "token__user_id_with_nul", GOOD_HEADER, "{\"user_id\":\"u\\u0000v\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_MALFORMED, "payload" },

	{ "token__repeated_key", GOOD_HEADER, "{\"user_id\":\"u\",\"user_id\":\"v\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_MALFORMED, "duplicate" },
	{ "token__repeated_key_in_header", "{\"alg\":\"HS256\",\"alg\":\"HS256\"}", "{\"user_id\":\"u\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_MALFORMED, "header" },
	{ "token__payload_not_json", GOOD_HEADER, "user_id=u", PROBLEM_IDENTITY_TOKEN_MALFORMED, "payload" },
	{ "token__payload_a_list", GOOD_HEADER, "[\"u\"]", PROBLEM_IDENTITY_TOKEN_MALFORMED, "object" },
	{ "token__payload_not_utf8", GOOD_HEADER, "{\"user_id\":\"\xFF\"," GOOD_EXP "}",
		PROBLEM_IDENTITY_TOKEN_MALFORMED, "payload" },
	{ "token__header_not_json", "HS256", "{\"user_id\":\"u\"," GOOD_EXP "}", PROBLEM_IDENTITY_TOKEN_MALFORMED,
		"header" },
};

static void token_row_test(void **state)
{
	const struct token_row *row = *state;
	struct text token;

	token_make(&token, row->header, row->payload, KEY);
	expect(PLAIN, &(struct evidence) { .token = token.data }, NOW, row->code, row->detail, "u");
	text_clear(&token);
}

/* The known token, with something done to its bytes. */
static const struct damage_row {
	const char *name;
	size_t cut;	  /* bytes taken off the end      */
	const char *add;  /* put at the end               */
	const char *part; /* replaced once, by: */
	const char *by;
	enum problem_code code;
	const char *detail;
} damage_rows[] = {
	{ "damage__none", 0, "", NULL, NULL, PROBLEM_NONE, NULL },
	{ "damage__signature_missing", 43, "", NULL, NULL, PROBLEM_IDENTITY_TOKEN_MALFORMED, "empty" },
	{ "damage__two_parts", 44, "", NULL, NULL, PROBLEM_IDENTITY_TOKEN_MALFORMED, "three parts" },
	{ "damage__four_parts", 0, ".x", NULL, NULL, PROBLEM_IDENTITY_TOKEN_MALFORMED, "three parts" },
	{ "damage__padding", 0, "=", NULL, NULL, PROBLEM_IDENTITY_TOKEN_MALFORMED, "signature" },
	{ "damage__signature_cut", 1, "", NULL, NULL, PROBLEM_IDENTITY_TOKEN_MALFORMED, "signature" },
	{ "damage__signature_not_canonical", 1, "J", NULL, NULL, PROBLEM_IDENTITY_TOKEN_MALFORMED, "signature" },
	{ "damage__signature_of_something_else", 2, "PI", NULL, NULL, PROBLEM_IDENTITY_TOKEN_SIGNATURE, "tried 2" },
	{ "damage__plain_base64_alphabet", 0, "", "S3a-yd", "S3a+yd", PROBLEM_IDENTITY_TOKEN_MALFORMED, "signature" },
	{ "damage__payload_altered", 0, "", "dXNlcl80Mi", "dXNlcl80My", PROBLEM_IDENTITY_TOKEN_SIGNATURE, NULL },
	{ "damage__trailing_newline", 0, "\n", NULL, NULL, PROBLEM_IDENTITY_TOKEN_MALFORMED, "signature" },
	{ "damage__leading_blank", 0, "", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.",
		" eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.", PROBLEM_IDENTITY_TOKEN_MALFORMED, "header" },
	{ "damage__empty_header", 0, "", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.", ".", PROBLEM_IDENTITY_TOKEN_MALFORMED,
		"empty part" },
};

static void damage_row_test(void **state)
{
	const struct damage_row *row = *state;
	const char *at = row->part ? strstr(known_token, row->part) : NULL;
	size_t length = strlen(known_token) - row->cut;
	struct text token;

	text_init(&token, TEXT_NO_CEILING);
	if (row->part) {
		assert_non_null(at);
		text_add(&token, known_token, (size_t)(at - known_token));
		text_put(&token, row->by);
		text_put(&token, at + strlen(row->part));
	} else {
		text_add(&token, known_token, length);
	}
	text_put(&token, row->add);
	expect(PLAIN, &(struct evidence) { .token = token.data }, NOW, row->code, row->detail, "user_42");
	text_clear(&token);
}

static void token__alg_none_with_empty_signature(void **state)
{
	(void)state;
	expect(PLAIN, &(struct evidence) { .token = none_token }, NOW, PROBLEM_IDENTITY_TOKEN_ALGORITHM, "none", NULL);
}

static void token__of_another_agent(void **state)
{
	struct text token;

	(void)state;
	token_make(&token, GOOD_HEADER, "{\"user_id\":\"u\"," GOOD_EXP "}", "the_secret_of_another");
	expect(PLAIN, &(struct evidence) { .token = token.data }, NOW, PROBLEM_IDENTITY_TOKEN_SIGNATURE, NULL, NULL);
	text_clear(&token);
}

static void token__longer_than_8_kb(void **state)
{
	char *payload = mem_format("{\"user_id\":\"u\"," GOOD_EXP ",\"x\":\"%08000d\"}", 0);
	struct text token;

	(void)state;
	token_make(&token, GOOD_HEADER, payload, KEY);
	assert_true(token.length > IDENTITY_TOKEN_MOST);
	expect(PLAIN, &(struct evidence) { .token = token.data }, NOW, PROBLEM_IDENTITY_TOKEN_MALFORMED, "8 KB", NULL);
	text_clear(&token);
	free(payload);
}

static void token__user_id_longer_than_256_bytes(void **state)
{
	char *payload = mem_format("{\"user_id\":\"%0257d\"," GOOD_EXP "}", 0);
	struct text token;

	(void)state;
	token_make(&token, GOOD_HEADER, payload, KEY);
	expect(PLAIN, &(struct evidence) { .token = token.data }, NOW, PROBLEM_IDENTITY_USER_ID_INVALID, "257", NULL);
	text_clear(&token);
	free(payload);
}

static void token__another_user_id_beside_it(void **state)
{
	(void)state;
	expect(PLAIN, &(struct evidence) { .token = known_token, .user_id = "user_43" }, NOW,
		PROBLEM_IDENTITY_USER_ID_INVALID, "beside", NULL);
	expect(PLAIN, &(struct evidence) { .token = known_token, .user_id = "user_42" }, NOW, PROBLEM_NONE, NULL,
		"user_42");
}

/* A bad token is not saved by a good hash: what a page presents first is what it means. */
static void token__counts_before_a_hash(void **state)
{
	(void)state;
	expect(PLAIN,
		&(struct evidence) { .token = none_token,
			.user_id = "user_42",
			.user_hash = "fe63268911bdd587e5c2441f7f5bc542ef6dc4581c79747aa26a2fa11da3bd87" },
		NOW, PROBLEM_IDENTITY_TOKEN_ALGORITHM, NULL, NULL);
}

static void secret__being_rotated_out_is_taken_until_its_time(void **state)
{
	struct text token;

	(void)state;
	token_make(&token, GOOD_HEADER, "{\"user_id\":\"u\"," GOOD_EXP "}", "another_secret_0001");
	expect(PLAIN, &(struct evidence) { .token = token.data }, 1767225899, PROBLEM_NONE, NULL, "u");
	expect(PLAIN, &(struct evidence) { .token = token.data }, 1767225900, PROBLEM_IDENTITY_TOKEN_SIGNATURE, NULL,
		NULL);
	text_clear(&token);
}

#define ONLY(method)                                                                                                   \
	"{\"agent\":{\"id\":\"a\"},\"stripe\":{\"api_key\":\"sk_test_x\"},\"identity\":{\"secrets\":[{\"id\":\"now\"," \
	"\"secret\":\"" KEY "\"}],\"methods\":[\"" method "\"]}," ACTION_ROWS "}"

static void method__can_be_switched_off(void **state)
{
	const struct evidence hash = { .user_id = "user_42",
		.user_hash = "fe63268911bdd587e5c2441f7f5bc542ef6dc4581c79747aa26a2fa11da3bd87" };
	const struct evidence token = { .token = known_token };

	(void)state;
	expect(ONLY("token"), &hash, NOW, PROBLEM_IDENTITY_METHOD_OFF, "user_hash", NULL);
	expect(ONLY("token"), &token, NOW, PROBLEM_NONE, NULL, "user_42");
	expect(ONLY("user_hash"), &token, NOW, PROBLEM_IDENTITY_METHOD_OFF, "token", NULL);
	expect(ONLY("user_hash"), &hash, NOW, PROBLEM_NONE, NULL, "user_42");
}

static void digest__rfc_4231_case_2(void **state)
{
	const char *message = "what do ya want for nothing?";
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];

	(void)state;
	digest_make("Jefe", 4, message, strlen(message), digest);
	digest_hex(digest, DIGEST_SIZE, hex);
	assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/* All refusals of an identity read the same to the customer, and to the model. */
static void texts__do_not_tell_refusals_apart(void **state)
{
	const struct problem_row *first = problem_row(PROBLEM_IDENTITY_REQUIRED);

	(void)state;
	for (int code = PROBLEM_IDENTITY_REQUIRED; code <= PROBLEM_IDENTITY_METHOD_OFF; code++) {
		assert_string_equal(problem_row((enum problem_code)code)->text, first->text);
		assert_string_equal(problem_row((enum problem_code)code)->public_name, first->public_name);
		assert_int_equal(problem_row((enum problem_code)code)->outcome, OUTCOME_NEEDS_VERIFICATION);
	}
}

/* Every single bit counts, wherever it stands: a comparison that ended early, or skipped a byte, would be seen. */
static void digests__are_compared_to_the_last_bit(void **state)
{
	unsigned char one[DIGEST_SIZE], other[DIGEST_SIZE];

	(void)state;
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		one[i] = other[i] = (unsigned char)(i * 37 + 11);
	assert_true(digest_same(one, other, DIGEST_SIZE));
	for (size_t bit = 0; bit < (size_t)DIGEST_SIZE * 8; bit++) {
		other[bit / 8] ^= (unsigned char)(1U << bit % 8);
		assert_false(digest_same(one, other, DIGEST_SIZE));
		other[bit / 8] = one[bit / 8];
	}
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(digests__are_compared_to_the_last_bit),
		cmocka_unit_test(token__alg_none_with_empty_signature),
		cmocka_unit_test(token__of_another_agent),
		cmocka_unit_test(token__longer_than_8_kb),
		cmocka_unit_test(token__user_id_longer_than_256_bytes),
		cmocka_unit_test(token__another_user_id_beside_it),
		cmocka_unit_test(token__counts_before_a_hash),
		cmocka_unit_test(secret__being_rotated_out_is_taken_until_its_time),
		cmocka_unit_test(method__can_be_switched_off),
		cmocka_unit_test(digest__rfc_4231_case_2),
		cmocka_unit_test(texts__do_not_tell_refusals_apart),
	};
	struct CMUnitTest *hashes = tests_of_rows(hash_rows, COUNT_OF(hash_rows), sizeof(hash_rows[0]), hash_row_test);
	struct CMUnitTest *tokens =
		tests_of_rows(token_rows, COUNT_OF(token_rows), sizeof(token_rows[0]), token_row_test);
	struct CMUnitTest *damages =
		tests_of_rows(damage_rows, COUNT_OF(damage_rows), sizeof(damage_rows[0]), damage_row_test);
	int failed = cmocka_run_group_tests_name("identity", single, NULL, NULL);

	failed += _cmocka_run_group_tests("identity_hash", hashes, COUNT_OF(hash_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("identity_token", tokens, COUNT_OF(token_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("identity_damage", damages, COUNT_OF(damage_rows), NULL, NULL);
	free(hashes);
	free(tokens);
	free(damages);
	return failed;
}
