/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/search_query.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"

/* ---- queries and what they find ---- */

static const char charge[] =
	"{\"id\":\"ch_1\",\"object\":\"charge\",\"amount\":1000,\"billing_details\":{\"address\":{\"postal_code\":"
	"\"SW1A "
	"1AA\"}},\"created\":1767225600,\"currency\":\"eur\",\"customer\":\"cus_1\",\"disputed\":false,\"metadata\":{"
	"\"order_id\":\"6735\",\"a key\":\"a "
	"\\\"b\\\"\",\"empty\":\"\"},\"payment_method_details\":{\"card\":{\"brand\":"
	"\"visa\",\"exp_month\":8,\"exp_year\":2030,\"fingerprint\":\"Xt5\",\"last4\":\"0042\"},\"type\":\"card\"},"
	"\"refunded\":true,\"status\":\"succeeded\"}";
static const char customer[] = "{\"id\":\"cus_1\",\"object\":\"customer\",\"created\":1767225600,\"email\":\"amy."
			       "taylor@rocketrides.io\",\"name\":"
			       "\"Amy van der Taylor\",\"phone\":null,\"metadata\":{}}";
static const char invoice[] =
	"{\"id\":\"in_1\",\"object\":\"invoice\",\"number\":\"9C3E-0001\",\"total\":-500,\"status\":\"open\","
	"\"last_finalization_error\":{\"code\":\"tax_id_invalid\",\"type\":\"api_error\"},\"metadata\":{},\"parent\":{"
	"\"subscription_details\":{\"subscription\":\"sub_1\"}},\"receipt_number\":null}";
static const char product[] = "{\"id\":\"prod_1\",\"object\":\"product\",\"active\":true,\"description\":\"The story "
			      "called \\\"The Sky and the "
			      "Sea.\\\"\",\"name\":\"Gr\xc3\xb6\xc3\x9f"
			      "e \xe2\x80\x94 XL\",\"shippable\":null,\"url\":\"...\",\"metadata\":{}}";

static const struct found {
	const char *name, *type, *body, *query;
	bool found;
} founds[] = {
	{ "token: equal", "Charge", charge, "currency:\"eur\"", true },
	{ "token: in any case", "Charge", charge, "currency:\"EUR\"", true },
	{ "token: single quotes", "Charge", charge, "currency:'eur'", true },
	{ "token: other", "Charge", charge, "currency:\"usd\"", false },
	{ "token: only as a whole", "Charge", charge, "status:\"succeed\"", false },
	{ "token: words do not count", "Charge", charge, "billing_details.address.postal_code:\"SW1A\"", false },
	{ "token: a nested field", "Charge", charge, "billing_details.address.postal_code:\"sw1a 1aa\"", true },
	{ "token: true", "Charge", charge, "refunded:\"true\"", true },
	{ "token: false", "Charge", charge, "disputed:\"true\"", false },
	{ "token: digits need no quotes", "Charge", charge, "payment_method_details.card.exp_year:2030", true },
	{ "token: zeros in front stay", "Charge", charge, "payment_method_details.card.last4:0042", true },
	{ "token: zeros in front count", "Charge", charge, "payment_method_details.card.last4:42", false },
	{ "token: a number in quotes", "Charge", charge, "payment_method_details.card.exp_month:\"8\"", true },
	{ "token: another payment method", "Charge", charge, "payment_method_details.sepa_debit.last4:0042", false },

	{ "number: equal", "Charge", charge, "amount:1000", true },
	{ "number: in quotes", "Charge", charge, "amount:\"1000\"", true },
	{ "number: other", "Charge", charge, "amount:100", false },
	{ "number: above", "Charge", charge, "amount>999", true },
	{ "number: not above itself", "Charge", charge, "amount>1000", false },
	{ "number: from", "Charge", charge, "amount>=1000", true },
	{ "number: not from above", "Charge", charge, "amount>=1001", false },
	{ "number: below", "Charge", charge, "amount<1001", true },
	{ "number: not below itself", "Charge", charge, "amount<1000", false },
	{ "number: up to", "Charge", charge, "amount<=1000", true },
	{ "number: not up to less", "Charge", charge, "amount<=999", false },
	{ "number: quotes after an operator", "Charge", charge, "created>\"1767225599\"", true },
	{ "number: negative", "Invoice", invoice, "total<-499 total>-501 total:-500", true },
	{ "number: absent is neither above nor below", "Invoice", invoice, "created>0 OR created<=0", false },

	{ "string: whole", "Customer", customer, "email:\"amy.taylor@rocketrides.io\"", true },
	{ "string: a word", "Customer", customer, "name:\"taylor\"", true },
	{ "string: words side by side", "Customer", customer, "name:\"VAN DER\"", true },
	{ "string: words apart", "Customer", customer, "name:\"amy taylor\"", false },
	{ "string: words in another order", "Customer", customer, "name:\"taylor amy\"", false },
	{ "string: a part of a word", "Customer", customer, "name:\"tayl\"", false },
	{ "string: more words than there are", "Customer", customer, "name:\"der taylor jr\"", false },
	{ "string: a domain", "Customer", customer, "email:\"rocketrides.io\"", true },
	{ "string: another status", "Invoice", invoice, "status:\"paid\"", false },
	{ "string: an invoice number", "Invoice", invoice, "number:\"9c3e-0001\"", true },
	{ "string: escaped quotes", "Product", product, "description:\"the story called \\\"The Sky and the Sea.\\\"\"",
		true },
	{ "string: quotes of the other kind", "Product", product, "description:'called \"the'", true },
	{ "string: letters of other languages are letters", "Product", product,
		"name:\"gr\xc3\xb6\xc3\x9f"
		"e\"",
		true },
	{ "string: nothing but punctuation", "Product", product, "url:\"...\"", true },
	{ "string: other punctuation", "Product", product, "url:\"....\"", false },
	{ "string: nothing", "Product", product, "url:\"\"", false },
	{ "contains: a part", "Customer", customer, "email~\"TAYLOR@rocket\"", true },
	{ "contains: not there", "Customer", customer, "email~\"tailor\"", false },
	{ "contains: null", "Customer", customer, "phone~\"555\"", false },

	{ "metadata: equal", "Charge", charge, "metadata[\"order_id\"]:\"6735\"", true },
	{ "metadata: single quotes", "Charge", charge, "metadata['order_id']:'6735'", true },
	{ "metadata: digits need no quotes", "Charge", charge, "metadata[\"order_id\"]:6735", true },
	{ "metadata: other", "Charge", charge, "metadata[\"order_id\"]:\"673\"", false },
	{ "metadata: a key that is not there", "Charge", charge, "metadata[\"order\"]:\"6735\"", false },
	{ "metadata: keys have a case", "Charge", charge, "metadata[\"Order_Id\"]:\"6735\"", false },
	{ "metadata: blanks and quotes", "Charge", charge, "metadata[\"a key\"]:\"A \\\"B\\\"\"", true },
	{ "metadata: is not there", "Charge", charge, "metadata[\"order\"]:null", true },
	{ "metadata: is there", "Charge", charge, "-metadata[\"order_id\"]:null", true },
	{ "metadata: an empty value is there", "Charge", charge, "metadata[\"empty\"]:null", false },

	{ "null: a field", "Customer", customer, "phone:null", true },
	{ "null: a field that is set", "Customer", customer, "email:null", false },
	{ "null: negated", "Customer", customer, "-email:null", true },
	{ "null: the word in quotes is a word", "Customer", customer, "phone:\"null\"", false },
	{ "null: an object on the way", "Charge", "{\"billing_details\":null}",
		"billing_details.address.postal_code:null", true },

	{ "negated: other", "Charge", charge, "-currency:\"usd\"", true },
	{ "negated: equal", "Charge", charge, "-currency:\"eur\"", false },
	{ "negated: absent", "Customer", customer, "-phone:\"5551234\"", true },
	{ "negated: a comparison", "Charge", charge, "-amount>1000", true },

	{ "fields under other paths: error code", "Invoice", invoice, "last_finalization_error_code:\"tax_id_invalid\"",
		true },
	{ "fields under other paths: error type", "Invoice", invoice, "last_finalization_error_type:\"card_error\"",
		false },
	{ "fields under other paths: subscription", "Invoice", invoice, "subscription:\"sub_1\"", true },

	{ "and: both", "Charge", charge, "currency:\"eur\" AND amount:1000", true },
	{ "and: one of two", "Charge", charge, "currency:\"eur\" AND amount:1", false },
	{ "and: in any case", "Charge", charge, "amount:1 and currency:\"eur\"", false },
	{ "and: a blank", "Charge", charge, "currency:\"eur\" amount:1", false },
	{ "and: blanks around and between", "Charge", charge, "  currency:\"eur\"\t amount:1000\n ", true },
	{ "and: mixed with blanks", "Charge", charge, "currency:\"eur\" amount:1000 AND refunded:\"true\"", true },
	{ "or: one of two", "Charge", charge, "currency:\"usd\" OR amount:1000", true },
	{ "or: none", "Charge", charge, "currency:\"usd\" or amount:1", false },
	{ "or: negated", "Charge", charge, "currency:\"usd\" OR -amount:1", true },
	{ "or: the word in quotes is a word", "Customer", customer, "name:\"amy or taylor\"", false },
	{ "ten clauses", "Charge", charge,
		"amount>0 amount>1 amount>2 amount>3 amount>4 amount>5 amount>6 amount>7 amount>8 amount>9", true },
};

static bool parse(const char *type, const char *query, struct arena *arena, struct search_query *out, const char **why)
{
	const struct schema_resource *resource = schema_find_resource(type);

	assert_non_null(resource);
	return search_parse(resource, query, arena, out, why);
}

static void found_row(void **state)
{
	const struct found *row = *state;
	struct arena arena = { 0 };
	struct search_query q;
	const char *why = NULL;
	json_t *body = json_loads(row->body, 0, NULL);

	assert_non_null(body);
	if (!parse(row->type, row->query, &arena, &q, &why))
		fail_msg("refused: %s", why);
	assert_int_equal(search_matches(&q, body), row->found);
	json_decref(body);
	arena_free(&arena);
}

/* ---- queries that are refused ---- */

#define UNPARSABLE                                                                                                     \
	"We were unable to parse your search query. Try using the format `metadata[\"key\"]:\"value\"` to query for "  \
	"metadata or key:\"value\" to query for other fields."
#define MIXED "We were unable to parse your search query. AND and OR cannot be combined in one query."

static const struct refused {
	const char *name, *type, *query, *why;
} refuseds[] = {
	{ "empty", "Charge", "", UNPARSABLE },
	{ "blanks", "Charge", "  ", UNPARSABLE },
	{ "a word", "Charge", "asdf", UNPARSABLE },
	{ "an address", "Customer", "amy@rocketrides.io", UNPARSABLE },
	{ "no value", "Charge", "currency:", UNPARSABLE },
	{ "no operator", "Charge", "currency", UNPARSABLE },
	{ "no field", "Charge", ":\"eur\"", UNPARSABLE },
	{ "an equals sign", "Charge", "currency=\"eur\"", UNPARSABLE },
	{ "a word without quotes", "Charge", "currency:eur", UNPARSABLE },
	{ "true without quotes", "Charge", "refunded:true", UNPARSABLE },
	{ "a quote that does not end", "Charge", "currency:\"eur", UNPARSABLE },
	{ "a quote that ends in an escape", "Charge", "currency:\"eur\\\"", UNPARSABLE },
	{ "quotes that do not match", "Charge", "currency:\"eur'", UNPARSABLE },
	{ "more behind a quote", "Charge", "currency:\"eur\"x", UNPARSABLE },
	{ "more behind a number", "Charge", "amount:10x", UNPARSABLE },
	{ "a number with decimals", "Charge", "amount:10.5", UNPARSABLE },
	{ "a number that is a word", "Charge", "amount:\"ten\"", UNPARSABLE },
	{ "a number that is empty", "Charge", "amount:\"\"", UNPARSABLE },
	{ "a number with a blank", "Charge", "amount:\" 1\"", UNPARSABLE },
	{ "a number that is too large", "Charge", "amount:9223372036854775808", UNPARSABLE },
	{ "a dash alone", "Charge", "amount:-", UNPARSABLE },
	{ "a blank after the operator", "Charge", "amount: 1000", UNPARSABLE },
	{ "a blank before the operator", "Charge", "amount :1000", UNPARSABLE },
	{ "no blank between clauses", "Charge", "currency:\"eur\"amount:1", UNPARSABLE },
	{ "parentheses", "Charge", "(currency:\"eur\")", UNPARSABLE },
	{ "a colon and another operator", "Charge", "amount:>1", UNPARSABLE },
	{ "null after another operator", "Charge", "amount>null", UNPARSABLE },
	{ "null with more behind it", "Charge", "currency:nullable", UNPARSABLE },
	{ "a connector at the end", "Charge", "amount:1 AND", UNPARSABLE },
	{ "a connector and a blank at the end", "Charge", "amount:1 OR ", UNPARSABLE },
	{ "a connector at the start", "Charge", "AND amount:1", UNPARSABLE },
	{ "two connectors", "Charge", "amount:1 AND AND amount:1", UNPARSABLE },
	{ "two dashes", "Charge", "--amount:1", UNPARSABLE },
	{ "metadata without a key", "Charge", "metadata[]:\"x\"", UNPARSABLE },
	{ "metadata with a bare key", "Charge", "metadata[key]:\"x\"", UNPARSABLE },
	{ "metadata whose bracket stays open", "Charge", "metadata[\"key\":\"x\"", UNPARSABLE },
	{ "metadata and nothing else", "Charge", "metadata[\"key\"]", UNPARSABLE },
	{ "and, then or", "Charge", "amount:1 AND amount:2 OR amount:3", MIXED },
	{ "or, then and", "Charge", "amount:1 OR amount:2 AND amount:3", MIXED },
	{ "or, then a blank", "Charge", "amount:1 OR amount:2 amount:3", MIXED },
	{ "eleven clauses", "Charge",
		"amount>0 amount>1 amount>2 amount>3 amount>4 amount>5 amount>6 amount>7 amount>8 amount>9 amount>10",
		"We were unable to parse your search query. A query can have at most 10 clauses." },
	{ "an unknown field", "Price", "foo:\"bar\"",
		"Field `foo` is an unsupported search field for resource `prices`. See "
		"http://stripe.com/docs/search#query-fields-for-prices for a list of supported fields." },
	{ "a field of another resource", "PaymentIntent", "email:\"a@b.co\"",
		"Field `email` is an unsupported search field for resource `payment_intents`. See "
		"http://stripe.com/docs/search#query-fields-for-payment-intents for a list of supported fields." },
	{ "a part of a field", "Charge", "payment_method_details.card:\"x\"",
		"Field `payment_method_details.card` is an unsupported search field for resource `charges`. See "
		"http://stripe.com/docs/search#query-fields-for-charges for a list of supported fields." },
	{ "a field with an empty part", "Charge", "payment_method_details..last4:1",
		"Field `payment_method_details..last4` is an unsupported search field for resource `charges`. See "
		"http://stripe.com/docs/search#query-fields-for-charges for a list of supported fields." },
	{ "metadata as a field", "Customer", "metadata:\"x\"",
		"Field `metadata` is an unsupported search field for resource `customers`. See "
		"http://stripe.com/docs/search#query-fields-for-customers for a list of supported fields." },
	{ "~ on a token", "Charge", "currency~\"euro\"", "Operator `~` is not supported for the field `currency`." },
	{ "~ on a number", "Charge", "amount~\"1000\"", "Operator `~` is not supported for the field `amount`." },
	{ "~ on metadata", "Charge", "metadata[\"k\"]~\"abc\"",
		"Operator `~` is not supported for the field `metadata[\"k\"]`." },
	{ "> on a string", "Customer", "name>\"a\"", "Operator `>` is not supported for the field `name`." },
	{ "<= on a token", "Charge", "currency<=\"a\"", "Operator `<=` is not supported for the field `currency`." },
	{ "two characters after ~", "Customer", "name~\"am\"",
		"Substring search queries must have at least 3 characters." },
	{ "two letters of four bytes after ~", "Customer", "name~\"\xc3\xb6\xc3\xb6\"",
		"Substring search queries must have at least 3 characters." },
};

static void refused_row(void **state)
{
	const struct refused *row = *state;
	struct arena arena = { 0 };
	struct search_query q = { .count = 77 };
	const char *why = NULL;

	assert_false(parse(row->type, row->query, &arena, &q, &why));
	assert_non_null(why);
	assert_string_equal(why, row->why);
	assert_int_equal(q.count, 77); /* untouched */
	arena_free(&arena);
}

/* ---- the table against the description ---- */

static bool field_exists(const struct schema_resource *type, const char *path);

static bool child_exists(const struct schema_node *node, const char *rest)
{
	if (!*rest)
		return true;
	for (size_t i = 0; i < node->n_refs; i++)
		if (field_exists(node->refs[i], rest))
			return true;
	size_t length = strcspn(rest, ".");

	for (size_t i = 0; i < node->n_fields; i++)
		if (strlen(node->fields[i].name) == length && !strncmp(node->fields[i].name, rest, length))
			return child_exists(&node->fields[i], rest + length + (rest[length] == '.'));
	return false;
}

static bool field_exists(const struct schema_resource *type, const char *path)
{
	const struct schema_node top = { .kind = SCHEMA_OBJECT, .fields = type->fields, .n_fields = type->n_fields };

	return child_exists(&top, path);
}

static const struct searched {
	const char *type, *fields;
} searcheds[] = {
	{ "Charge", "amount billing_details.address.postal_code created currency customer disputed "
		    "payment_method_details.card.last4 payment_method_details.card.exp_month "
		    "payment_method_details.card.exp_year payment_method_details.card.brand "
		    "payment_method_details.card.fingerprint payment_method_details.us_bank_account.last4 refunded "
		    "status" },
	{ "Customer", "created email name phone" },
	{ "Invoice", "created currency customer last_finalization_error_code last_finalization_error_type number "
		     "receipt_number status subscription total" },
	{ "PaymentIntent", "amount created currency customer status" },
	{ "Price", "active currency lookup_key product type" },
	{ "Product", "active description name shippable url" },
	{ "Subscription", "created canceled_at status" },
};

/* Every documented field is known, and stands where the resource's description has one. */
static void every_field__is_one_of_the_resource(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(searcheds); i++) {
		char *names = mem_copy_text(searcheds[i].fields), *rest = names, *name;

		while ((name = strsep(&rest, " "))) {
			struct arena arena = { 0 };
			struct search_query q;
			const char *why = NULL;

			if (!parse(searcheds[i].type, arena_format(&arena, "%s:null", name), &arena, &q, &why))
				fail_msg("%s", why);
			if (!field_exists(schema_find_resource(searcheds[i].type), q.clauses[0].path))
				fail_msg("%s has no %s", searcheds[i].type, q.clauses[0].path);
			arena_free(&arena);
		}
		free(names);
	}
}

static void every_searched_resource__has_metadata_and_fields(void **state)
{
	(void)state;
	size_t searches = 0;

	for (size_t i = 0; i < schema_route_count; i++) {
		const struct schema_resource *type = schema_routes[i].resource;
		bool listed = false;

		if (schema_routes[i].answer != SCHEMA_ANSWER_SEARCH)
			continue;
		searches++;
		for (size_t k = 0; k < COUNT_OF(searcheds); k++)
			listed = listed || !strcmp(searcheds[k].type, type->name);
		if (!listed || !schema_field(type, "metadata"))
			fail_msg("%s", type->name);
	}
	assert_int_equal(searches, COUNT_OF(searcheds));
}

/* Seeded: anything made of the language's own pieces is read or refused, and never looks past its end. */
static void random_queries__are_survived(void **state)
{
	(void)state;
	static const char *const pieces[] = { "amount", "currency", "metadata", "[", "]", "\"", "'", "\\", ":", "~",
		">", "<", "=", "-", " ", "AND", "OR ", "null", "12", ".", "k", "\xc3\xb6", "metadata[\"k\"]:\"v\" ",
		"amount>1 " };
	const uint64_t seed = 20261123;
	size_t read = 0;

	for (uint64_t i = 0; i < 20000; i++) {
		struct arena arena = { 0 };
		struct search_query q = { 0 };
		struct text query;
		const char *why = NULL;

		text_init(&query, TEXT_NO_CEILING);
		for (uint64_t k = 0; k <= random_mix(seed, i, 0) % 8; k++)
			text_put(&query, pieces[random_mix(seed, i, k + 1) % COUNT_OF(pieces)]);
		char *exact = mem_copy_text(query.data); /* no spare room behind it */

		if (parse("Charge", exact, &arena, &q, &why)) {
			read++;
			if (!q.count || q.count > SEARCH_CLAUSES || why)
				fail_msg("seed %" PRIu64 " draw %" PRIu64 ": %s", seed, i, exact);
		} else if (!why) {
			fail_msg("seed %" PRIu64 " draw %" PRIu64 ": refused without a reason: %s", seed, i, exact);
		}
		free(exact);
		text_clear(&query);
		arena_free(&arena);
	}
	assert_in_range(read, 100, 19000);
}

static const struct CMUnitTest fixed[] = {
	cmocka_unit_test(every_field__is_one_of_the_resource),
	cmocka_unit_test(every_searched_resource__has_metadata_and_fields),
	cmocka_unit_test(random_queries__are_survived),
};

int main(void)
{
	struct CMUnitTest tests[COUNT_OF(fixed) + COUNT_OF(founds) + COUNT_OF(refuseds)];
	size_t n = COUNT_OF(fixed);

	memcpy(tests, fixed, sizeof fixed);
	for (size_t i = 0; i < COUNT_OF(founds); i++)
		tests[n++] = (struct CMUnitTest) {
			.name = founds[i].name, .test_func = found_row, .initial_state = (void *)(uintptr_t)&founds[i]
		};
	for (size_t i = 0; i < COUNT_OF(refuseds); i++)
		tests[n++] = (struct CMUnitTest) { .name = refuseds[i].name,
			.test_func = refused_row,
			.initial_state = (void *)(uintptr_t)&refuseds[i] };
	return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
