/* SPDX-License-Identifier: MIT */
/* From the wire to values: form encoding, what unsets, what merges, and metadata. */
#include "suites/resource/catalogue.h"

/* A body, and what stands at a path of the answer afterwards. */
static const struct form_row {
	const char *name, *path, *body, *at, *wanted;
} form_rows[] = {
	/* scalars */
	{ "a plain pair", "/v1/customers", "name=Ada", "name", "\"Ada\"" },
	{ "the last of two equal names wins", "/v1/customers", "name=Ada&name=Eve", "name", "\"Eve\"" },
	{ "+ is a blank", "/v1/customers", "name=Ada+L", "name", "\"Ada L\"" },
	{ "%20 is a blank and %2B a plus", "/v1/customers", "name=Ada%20%2B%20L", "name", "\"Ada + L\"" },
	{ "UTF-8 is decoded", "/v1/customers", "name=%E2%82%AC%F0%9F%8E%89", "name",
		"\"\xE2\x82\xAC\xF0\x9F\x8E\x89\"" },
	{ "UTF-8 may stand there as it is", "/v1/customers", "name=\xC3\xA9", "name", "\"\xC3\xA9\"" },
	{ "an equals sign in a value", "/v1/customers", "description=a=b=c", "description", "\"a=b=c\"" },
	{ "brackets in a value", "/v1/customers", "description=[x]", "description", "\"[x]\"" },
	{ "empty pairs are skipped", "/v1/customers", "&&name=Ada&&", "name", "\"Ada\"" },
	{ "a number for a text is its digits", "/v1/customers", "description=12345", "description", "\"12345\"" },
	{ "a boolean", "/v1/products", "name=A&shippable=true", "shippable", "true" },
	{ "a negative integer", "/v1/customers", "balance=-500", "balance", "-500" },
	{ "a currency in capitals", "/v1/prices", "currency=EUR&unit_amount=5&product_data[name]=A", "currency",
		"\"eur\"" },
	{ "a decimal keeps its digits", "/v1/prices", "currency=usd&unit_amount_decimal=0.05&product_data[name]=A",
		"unit_amount_decimal", "\"0.05\"" },
	/* objects */
	{ "nesting", "/v1/customers", "address[city]=Paris", "address.city", "\"Paris\"" },
	{ "percent-encoded brackets", "/v1/customers", "address%5Bcity%5D=Paris", "address.city", "\"Paris\"" },
	{ "deep nesting", "/v1/customers", "shipping[name]=A&shipping[address][line1]=1+Rue", "shipping.address.line1",
		"\"1 Rue\"" },
	{ "keys of metadata are free", "/v1/customers", "metadata[a b]=1&metadata[%C3%A9]=2", "metadata",
		"{\"a b\": \"1\", \"\xC3\xA9\": \"2\"}" },
	{ "a number is a key of metadata", "/v1/customers", "metadata[0]=x&metadata[1]=y", "metadata",
		"{\"0\": \"x\", \"1\": \"y\"}" },
	/* arrays */
	{ "an indexed array", "/v1/customers", "preferred_locales[0]=fr&preferred_locales[1]=de", "preferred_locales",
		"[\"fr\", \"de\"]" },
	{ "an unindexed array", "/v1/customers", "preferred_locales[]=fr&preferred_locales[]=de", "preferred_locales",
		"[\"fr\", \"de\"]" },
	{ "indices order the elements", "/v1/customers", "preferred_locales[2]=de&preferred_locales[1]=fr",
		"preferred_locales", "[\"fr\", \"de\"]" },
	{ "gaps are closed", "/v1/customers", "preferred_locales[7]=de&preferred_locales[3]=fr", "preferred_locales",
		"[\"fr\", \"de\"]" },
	{ "indices are numbers, not texts", "/v1/customers", "preferred_locales[10]=de&preferred_locales[9]=fr",
		"preferred_locales", "[\"fr\", \"de\"]" },
	{ "encoded brackets of an array", "/v1/customers", "preferred_locales%5B%5D=fr", "preferred_locales",
		"[\"fr\"]" },
	{ "objects by index", "/v1/products", "name=A&marketing_features[0][name]=x&marketing_features[1][name]=y",
		"marketing_features", "[{\"name\": \"x\"}, {\"name\": \"y\"}]" },
	{ "objects without one: a key again begins the next", "/v1/products",
		"name=A&marketing_features[][name]=x&marketing_features[][name]=y", "marketing_features",
		"[{\"name\": \"x\"}, {\"name\": \"y\"}]" },
	{ "two keys of one element without an index", "/v1/customers",
		"invoice_settings[custom_fields][][name]=a&invoice_settings[custom_fields][][value]=1"
		"&invoice_settings[custom_fields][][name]=b&invoice_settings[custom_fields][][value]=2",
		"invoice_settings.custom_fields",
		"[{\"name\": \"a\", \"value\": \"1\"}, {\"name\": \"b\", \"value\": \"2\"}]" },
};

struct form_case {
	struct house *house;
	const struct form_row *row;
};

static int form_setup(void **state)
{
	struct form_case *c = calloc(1, sizeof *c);

	c->row = *state;
	*state = c;
	return house_setup((void **)&c->house);
}

static int form_teardown(void **state)
{
	struct form_case *c = *state;
	void *house = c->house;

	free(c);
	return house_teardown(&house);
}

static void form_row__is_read(void **state)
{
	struct form_case *c = *state;

	assert_json(api_ok(c->house, "POST", c->row->path, c->row->body), c->row->at, c->row->wanted);
}

/* ---- malformed ---- */

static const struct refusal malformed[] = {
	{ "a cut escape", "POST", "/v1/customers", "name=%4", 400, NULL, NULL,
		"Invalid request: a parameter is not valid percent-encoded UTF-8." },
	{ "an escape of no digits", "POST", "/v1/customers", "name=%zz", 400, NULL, NULL,
		"Invalid request: a parameter is not valid percent-encoded UTF-8." },
	{ "bytes that are no UTF-8", "POST", "/v1/customers", "name=%ff%fe", 400, NULL, NULL,
		"Invalid request: a parameter is not valid percent-encoded UTF-8." },
	{ "an overlong encoding", "POST", "/v1/customers", "name=%c0%af", 400, NULL, NULL,
		"Invalid request: a parameter is not valid percent-encoded UTF-8." },
	{ "half a surrogate pair", "POST", "/v1/customers", "name=%ed%a0%80", 400, NULL, NULL,
		"Invalid request: a parameter is not valid percent-encoded UTF-8." },
	{ "a zero", "POST", "/v1/customers", "name=a%00b", 400, NULL, NULL,
		"Invalid request: a parameter is not valid percent-encoded UTF-8." },
	{ "a name that is no UTF-8", "POST", "/v1/customers", "%ff=1", 400, NULL, NULL,
		"Invalid request: a parameter is not valid percent-encoded UTF-8." },
	{ "the same in a query", "GET", "/v1/customers?email=%ff", NULL, 400, NULL, NULL,
		"Invalid request: a parameter is not valid percent-encoded UTF-8." },
	{ "nesting without end", "POST", "/v1/customers", "a[b][c][d][e][f][g][h][i][j][k][l][m][n]=1", 400, NULL, NULL,
		"Invalid request: a parameter is nested too deeply." },
	{ "brackets that do not close are a name", "POST", "/v1/customers", "address[city=Paris", 400,
		"parameter_unknown", "address[city", "Received unknown parameter: address[city" },
	{ "a closing bracket alone is a name", "POST", "/v1/customers", "address]=Paris", 400, "parameter_unknown",
		"address]", "Received unknown parameter: address]" },
	{ "text behind the brackets is a name", "POST", "/v1/customers", "address[city]x=Paris", 400,
		"parameter_unknown", "address[city]x", "Received unknown parameter: address[city]x" },
	{ "an empty name", "POST", "/v1/customers", "=1", 400, "parameter_unknown", NULL,
		"Received unknown parameter: " },
	{ "a word as an index", "POST", "/v1/customers", "preferred_locales[first]=fr", 400, NULL, "preferred_locales",
		"Invalid array" },
	{ "a text for an object", "POST", "/v1/customers", "address=Paris", 400, NULL, "address", "Invalid object" },
	{ "an object for a text", "POST", "/v1/customers", "name[first]=Ada", 400, NULL, "name",
		"Invalid string: {\"first\":\"Ada\"}" },
	{ "an array for a text", "POST", "/v1/customers", "name[]=Ada&name[]=L", 400, NULL, "name",
		"Invalid string: {\"0\":\"Ada\",\"1\":\"L\"}" },
};

static void malformed_row__is_refused(void **state)
{
	struct refusal_case *c = *state;

	refusal_check(c->house, c->row);
	assert_same_int((int64_t)field_count(api_ok(c->house, "GET", "/v1/customers", NULL), "data"), 0);
}

static void too_many_parameters__are_refused(void **state)
{
	struct house *h = *state;
	size_t pairs = 4001, length = 0;
	char *body = calloc(pairs, 32);

	for (size_t i = 0; i < pairs; i++)
		length += (size_t)snprintf(body + length, 32, "metadata[k%zu]=1&", i);
	assert_error(api(h, "POST", "/v1/customers", body), 400, NULL, NULL, "Too many parameters in one request.");
	free(body);
}

/* ---- what unsets and what merges ---- */

/* Fields that an empty text clears, with a value from before and what stands there afterwards. */
static const struct unset_row {
	const char *path, *before, *field, *at, *after;
} unset_rows[] = {
	{ "/v1/customers", "name=A", "name", "name", "null" },
	{ "/v1/customers", "email=a@b.co", "email", "email", "null" },
	{ "/v1/customers", "phone=555", "phone", "phone", "null" },
	{ "/v1/customers", "description=x", "description", "description", "null" },
	{ "/v1/customers", "address[city]=Paris", "address", "address", "null" },
	{ "/v1/customers", "address[city]=Paris&address[line1]=1", "address[city]", "address.city", "null" },
	{ "/v1/customers", "metadata[a]=1&metadata[b]=2", "metadata", "metadata", "{}" },
	{ "/v1/customers", "metadata[a]=1&metadata[b]=2", "metadata[a]", "metadata", "{\"b\": \"2\"}" },
	{ "/v1/products", "name=A&description=x", "description", "description", "null" },
	{ "/v1/products", "name=A&images[]=https://e.co/a.png", "images", "images", "[]" },
	{ "/v1/products", "name=A&marketing_features[0][name]=x", "marketing_features", "marketing_features", "[]" },
	{ "/v1/products", "name=A&url=https://e.co", "url", "url", "null" },
	{ "/v1/products",
		"name=A&package_dimensions[height]=1&package_dimensions[length]=1&package_dimensions[weight]=1"
		"&package_dimensions[width]=1",
		"package_dimensions", "package_dimensions", "null" },
};

static void empty_text__unsets(void **state)
{
	struct house *h = *state;

	for (size_t i = 0; i < sizeof unset_rows / sizeof *unset_rows; i++) {
		const struct unset_row *row = &unset_rows[i];
		const char *id = field(api_ok(h, "POST", row->path, row->before), "id");
		const struct answer *a =
			api_ok(h, "POST", text_of(h, "%s/%s", row->path, id), text_of(h, "%s=", row->field));

		assert_json(a, row->at, row->after);
	}
}

static void nested_update__merges_leaves(void **state)
{
	struct house *h = *state;
	const char *path = text_of(h, "/v1/customers/%s",
		field(api_ok(h, "POST", "/v1/customers",
			      "address[city]=Paris&address[line1]=1+Rue&preferred_locales[]=fr"),
			"id"));
	const struct answer *a = api_ok(h, "POST", path, "address[city]=Lyon&preferred_locales[]=de");

	assert_field(a, "address.city", "Lyon");
	assert_field(a, "address.line1", "1 Rue");
	assert_json(a, "preferred_locales", "[\"de\"]"); /* arrays are replaced */
	assert_field(api_ok(h, "POST", path, NULL), "address.city", "Lyon");
}

static void metadata__merges_and_keeps_its_order(void **state)
{
	struct house *h = *state;
	const char *path = text_of(
		h, "/v1/customers/%s", field(api_ok(h, "POST", "/v1/customers", "metadata[b]=1&metadata[a]=2"), "id"));

	assert_json(api_ok(h, "POST", path, "metadata[c]=3&metadata[b]=4"), "metadata",
		"{\"b\": \"4\", \"a\": \"2\", \"c\": \"3\"}");
	assert_json(
		api_ok(h, "POST", path, "metadata[none]="), "metadata", "{\"b\": \"4\", \"a\": \"2\", \"c\": \"3\"}");
	assert_previous(h, "customer.updated", "{\"metadata\": {\"b\": \"1\", \"c\": null}}");
}

/* ---- metadata's limits ---- */

static const char *repeated(struct house *h, char c, size_t n)
{
	char *text = calloc(n + 1, 1);
	const char *result;

	memset(text, c, n);
	result = text_of(h, "%s", text);
	free(text);
	return result;
}

static void metadata_key__has_forty_characters_at_most(void **state)
{
	struct house *h = *state;
	const char *longest = repeated(h, 'k', 40), *longer = repeated(h, 'k', 41);
	const struct answer *a = api_ok(h, "POST", "/v1/customers", text_of(h, "metadata[%s]=1", longest));

	assert_field(a, text_of(h, "metadata.%s", longest), "1");
	a = api(h, "POST", "/v1/customers", text_of(h, "metadata[%s]=1", longer));
	assert_error(a, 400, NULL, text_of(h, "metadata[%s]", longer), NULL);
	assert_field(a, "error.message",
		text_of(h,
			"Metadata keys can have up to 40 characters, but you passed in a key that is 41 characters. "
			"Invalid "
			"key: %s",
			longer));
}

static void metadata_value__has_five_hundred_characters_at_most(void **state)
{
	struct house *h = *state;
	const char *longest = repeated(h, 'v', 500), *longer = repeated(h, 'v', 501);
	const struct answer *a = api_ok(h, "POST", "/v1/customers", text_of(h, "metadata[a]=%s", longest));

	assert_field(a, "metadata.a", longest);
	a = api(h, "POST", "/v1/customers", text_of(h, "metadata[a]=%s", longer));
	assert_error(a, 400, NULL, "metadata[a]", NULL);
	assert_field(a, "error.message",
		text_of(h,
			"Metadata values can have up to 500 characters, but you passed in a value that is 501 "
			"characters. "
			"Invalid value: %s",
			longer));
}

static void metadata__has_fifty_keys_at_most(void **state)
{
	struct house *h = *state;
	const char *body = "", *path;

	for (int i = 0; i < 50; i++)
		body = text_of(h, "%s&metadata[k%d]=1", body, i);
	path = text_of(h, "/v1/customers/%s", field(api_ok(h, "POST", "/v1/customers", body), "id"));
	assert_error(api(h, "POST", path, "metadata[more]=1"), 400, NULL, "metadata",
		"Metadata can have up to 50 keys, but you've set 51.");
	assert_absent(api_ok(h, "GET", path, NULL), "metadata.more");
	/* One out, one in. */
	assert_field(api_ok(h, "POST", path, "metadata[k0]=&metadata[more]=1"), "metadata.more", "1");
}

int main(void)
{
	static const struct CMUnitTest plain[] = {
		TEST(too_many_parameters__are_refused),
		TEST(empty_text__unsets),
		TEST(nested_update__merges_leaves),
		TEST(metadata__merges_and_keeps_its_order),
		TEST(metadata_key__has_forty_characters_at_most),
		TEST(metadata_value__has_five_hundred_characters_at_most),
		TEST(metadata__has_fifty_keys_at_most),
	};
	enum { PLAIN = sizeof plain / sizeof *plain, ROWS = sizeof form_rows / sizeof *form_rows };
	struct CMUnitTest all[PLAIN + ROWS];

	memcpy(all, plain, sizeof plain);
	for (size_t i = 0; i < ROWS; i++) {
		union {
			const struct form_row *row;
			void *state;
		} given = { .row = &form_rows[i] };

		all[PLAIN + i] = (struct CMUnitTest) { form_rows[i].name, form_row__is_read, form_setup, form_teardown,
			given.state };
	}
	return run_with_refusals("params", all, PLAIN + ROWS, malformed, sizeof malformed / sizeof *malformed,
		malformed_row__is_refused);
}
