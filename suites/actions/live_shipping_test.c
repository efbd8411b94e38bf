/* SPDX-License-Identifier: MIT */
/* Where goods go, against the simulator. */
#include "suites/actions/live.h"

/* A first one goes to the customer by name; then its parts change one by one, and the rest stays. */
static void shipping__is_sent_whole(void **state)
{
	static const char *const changes_of[] = {
		"{\"shipping\":{\"address\":{\"line1\":\"3 Quay\",\"city\":\"Cork\",\"country\":\"ie\"}}}",
		"{\"shipping\":{\"phone\":\"+353 21 555 0100\"}}",
		"{\"shipping\":{\"name\":\"The harbour master\",\"address\":{\"line2\":\"Second floor\"}}}",
	};
	const struct answer *a;
	struct live l;

	(void)state;
	live_open(&l, "{\"billing_fields\":[\"shipping\"]}");
	for (size_t i = 0; i < COUNT_OF(changes_of); i++) {
		live_do(&l, "ada", BILLING, changes_of[i]);
		assert_outcome(&l, "ok", "none");
		a = live_get(&l, "/v1/customers/cus_ada");
		assert_field(a, "shipping.name", i < 2 ? "Ada Byrne" : "The harbour master");
		assert_field(a, "shipping.address.line1", "3 Quay");
		assert_field(a, "shipping.address.country", "IE");
		if (i)
			assert_field(a, "shipping.phone", "+353215550100");
	}
	assert_says(&l, "- shipping: The harbour master, 3 Quay, Second floor, Cork, IE");
	live_run(&l, "ada", BILLING, changes_of[1], NULL);
	assert_string_equal(js_text(live_data(&l), "code"), "no_change");
	live_run(&l, "ada", BILLING, "{\"shipping\":{\"address\":{\"country\":\"ZZ\"}}}", NULL);
	assert_outcome(&l, "refused", "billing_address_invalid");
	assert_string_equal(js_text(live_data(&l), "path"), "shipping.address.country");
	live_run(&l, "ada", BILLING, "{\"shipping\":{\"phone\":\"0123456\"}}", NULL);
	assert_outcome(&l, "refused", "phone_invalid");
	live_run(&l, "ada", BILLING, "{\"phone\":\"+35315550199\"}", NULL);
	assert_outcome(&l, "refused", "field_not_allowed");
	live_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(shipping__is_sent_whole) };

	return cmocka_run_group_tests_name("shipping", tests, NULL, NULL);
}
