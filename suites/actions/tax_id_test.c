/* SPDX-License-Identifier: MIT */
#include "suites/actions/live.h"

#include "actions/catalog/billing_fields.h"

/* Tax numbers: their forms, and adding one against the simulator. */

static const struct form_row {
	const char *name, *type, *value, *normal; /* NULL: not of that form */
} rows[] = {
	{ "form__german", "eu_vat", "DE 123 456 789", "DE123456789" },
	{ "form__german_too_short", "eu_vat", "DE12345678", NULL },
	{ "form__austrian", "eu_vat", "atu12345678", "ATU12345678" },
	{ "form__irish", "eu_vat", "IE1234567FA", "IE1234567FA" },
	{ "form__dutch", "eu_vat", "NL123456789B12", "NL123456789B12" },
	{ "form__no_country_of_the_union", "eu_vat", "US123456789", NULL },
	{ "form__british", "gb_vat", "GB 123 4567 89", "GB123456789" },
	{ "form__american", "us_ein", "123456789", "12-3456789" },
	{ "form__american_with_its_hyphen", "us_ein", "12-3456789", "12-3456789" },
	{ "form__american_with_letters", "us_ein", "12-34567AB", NULL },
	{ "form__swiss", "ch_vat", "CHE-123.456.789 MWST", "CHE-123.456.789 MWST" },
	{ "form__australian", "au_abn", "12345678912", "12345678912" },
	{ "form__other_kinds_are_stripes_to_judge", "jp_trn", "T1234567891234", "T1234567891234" },
};

static void form_test(void **state)
{
	const struct form_row *row = *state;
	struct arena arena = { 0 };
	const char *normal = tax_id_normal(&arena, row->type, row->value);

	if (row->normal)
		assert_string_equal(normal, row->normal);
	else
		assert_null(normal);
	arena_free(&arena);
}

#define ALLOWED "{\"billing_fields\":[\"tax_id\",\"phone\"]}"
#define VAT "{\"tax_id\":{\"type\":\"eu_vat\",\"value\":\"de 123456789\"}}"

static void tax_id__is_added_once(void **state)
{
	struct live l;
	const char *confirmation;

	(void)state;
	live_open(&l, ALLOWED);
	confirmation = live_propose(&l, "ada", BILLING, VAT);
	assert_says(&l, "tax number: DE123456789 is added");
	live_run(&l, "ada", BILLING, VAT, confirmation);
	assert_outcome(&l, "ok", "none");
	assert_int_equal(live_count(&l, "/v1/customers/cus_ada/tax_ids"), 1);
	live_run(&l, "ada", BILLING, VAT, NULL);
	assert_outcome(&l, "ok", "none");
	assert_string_equal(js_text(live_data(&l), "code"), "no_change");
	live_close(&l);
}

static void tax_id__of_no_form_changes_nothing(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, ALLOWED);
	live_run(&l, "ada", BILLING, "{\"phone\":\"+35315550199\",\"tax_id\":{\"type\":\"eu_vat\",\"value\":\"DE1\"}}",
		NULL);
	assert_outcome(&l, "refused", "tax_id_invalid");
	live_close(&l);
}

static void tax_id__refused_by_stripe_leaves_the_rest_alone(void **state)
{
	static const char both[] =
		"{\"phone\":\"+35315550199\",\"tax_id\":{\"type\":\"eu_vat\",\"value\":\"DE123456789\"}}";
	struct live l;

	(void)state;
	live_open(&l, ALLOWED);
	live_fault(&l, &(struct ms_fault) { .kind = "error",
			       .method = "POST",
			       .route = "/v1/customers/*/tax_ids",
			       .status = 400,
			       .code = "tax_id_invalid" });
	live_do(&l, "ada", BILLING, both);
	assert_outcome(&l, "refused", "tax_id_invalid");
	assert_string_equal(field(live_get(&l, "/v1/customers/cus_ada"), "phone"), "+35315550101");
	ms_faults_clear(l.house->ms);
	l.later = 1;
	live_do(&l, "ada", BILLING, both);
	assert_outcome(&l, "ok", "none");
	assert_string_equal(field(live_get(&l, "/v1/customers/cus_ada"), "phone"), "+35315550199");
	live_close(&l);
}

static void tax_id__not_listed_is_not_allowed(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, "{\"billing_fields\":[\"address\"]}");
	live_run(&l, "ada", BILLING, VAT, NULL);
	assert_outcome(&l, "refused", "field_not_allowed");
	live_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tax_id__is_added_once),
		cmocka_unit_test(tax_id__of_no_form_changes_nothing),
		cmocka_unit_test(tax_id__refused_by_stripe_leaves_the_rest_alone),
		cmocka_unit_test(tax_id__not_listed_is_not_allowed),
	};
	struct CMUnitTest *forms = tests_of_rows(rows, COUNT_OF(rows), sizeof(rows[0]), form_test);
	int failed = _cmocka_run_group_tests("tax_id_forms", forms, COUNT_OF(rows), NULL, NULL);

	failed += cmocka_run_group_tests_name("tax_id", tests, NULL, NULL);
	free(forms);
	return failed;
}
