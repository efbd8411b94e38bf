/* SPDX-License-Identifier: MIT */
/* Idempotency keys: the first result is kept and answered again; another request under the key is refused. */
#include <pthread.h>
#include <stdatomic.h>

#include "engine/idempotency.h"
#include "suites/resource/catalogue.h"

static const struct answer *keyed(
	struct house *h, const char *method, const char *path, const char *body, const char *key)
{
	const char *const headers[] = { text_of(h, "Idempotency-Key: %s", key), NULL };

	return api_with(h, method, path, body, headers);
}

static size_t customers(struct house *h)
{
	return field_count(api_ok(h, "GET", "/v1/customers?limit=100", NULL), "data");
}

#define OTHER_PARAMETERS(key)                                                                                          \
	"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using " \
	"a "                                                                                                           \
	"key other than '" key "' if you meant to execute a different request."

/* ---- replays ---- */

static void replay__is_the_same_to_the_byte(void **state)
{
	struct house *h = *state;
	const struct answer *first = keyed(h, "POST", "/v1/customers", "email=a@b.co", "k1");
	const struct answer *second = keyed(h, "POST", "/v1/customers", "email=a@b.co", "k1");

	assert_status(first, 200);
	assert_status(second, 200);
	assert_string_equal(second->text, first->text);
	assert_null(header_of(first, "Idempotent-Replayed"));
	assert_string_equal(header_of(second, "Idempotent-Replayed"), "true");
	assert_string_equal(header_of(first, "Idempotency-Key"), "k1");
	assert_string_equal(header_of(second, "Idempotency-Key"), "k1");
	assert_string_equal(header_of(first, "Original-Request"), header_of(first, "Request-Id"));
	assert_string_equal(header_of(second, "Original-Request"), header_of(first, "Request-Id"));
	assert_string_not_equal(header_of(second, "Request-Id"), header_of(first, "Request-Id"));
	assert_string_equal(header_of(second, "Content-Type"), "application/json");
	assert_same_int((int64_t)customers(h), 1);
	assert_same_int((int64_t)event_count(h), 1);
	assert_field(last_event(h, "customer.created"), "request.idempotency_key", "k1");
	assert_field(last_event(h, "customer.created"), "request.id", header_of(first, "Request-Id"));
}

static void replay__does_not_see_later_changes(void **state)
{
	struct house *h = *state;
	const struct answer *first = keyed(h, "POST", "/v1/customers", "name=A", "k1");

	api_ok(h, "POST", text_of(h, "/v1/customers/%s", field(first, "id")), "name=B");
	assert_string_equal(keyed(h, "POST", "/v1/customers", "name=A", "k1")->text, first->text);
	assert_field(api_ok(h, "GET", text_of(h, "/v1/customers/%s", field(first, "id")), NULL), "name", "B");
}

/* Bodies that mean the same as name=A&email=a@b.co&metadata[x]=1&metadata[y]=2. */
static void order_and_encoding__do_not_matter(void **state)
{
	static const char *const same[] = { "email=a@b.co&name=A&metadata[x]=1&metadata[y]=2",
		"metadata[y]=2&name=A&metadata[x]=1&email=a%40b.co",
		"metadata%5Bx%5D=1&metadata%5By%5D=2&name=%41&email=a@b.co" };
	struct house *h = *state;
	const struct answer *first =
		keyed(h, "POST", "/v1/customers", "name=A&email=a@b.co&metadata[x]=1&metadata[y]=2", "k1");

	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		assert_string_equal(keyed(h, "POST", "/v1/customers", same[i], "k1")->text, first->text);
	/* In the query they are the same parameters. */
	assert_string_equal(
		keyed(h, "POST", "/v1/customers?name=A", "email=a@b.co&metadata[x]=1&metadata[y]=2", "k1")->text,
		first->text);
	assert_same_int((int64_t)customers(h), 1);
}

static void without_a_key__nothing_is_kept(void **state)
{
	struct house *h = *state;

	api_ok(h, "POST", "/v1/customers", "email=a@b.co");
	assert_null(header_of(api_ok(h, "POST", "/v1/customers", "email=a@b.co"), "Idempotency-Key"));
	assert_same_int((int64_t)customers(h), 2);
}

/* ---- another request ---- */

static void other_parameters__are_refused(void **state)
{
	static const char *const others[] = { "email=b@b.co", "email=a@b.co&name=A", "",
		"expand[]=subscriptions&email=a@b.co" };
	struct house *h = *state;
	const struct answer *first = keyed(h, "POST", "/v1/customers", "email=a@b.co", "k1");

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		const struct answer *a = keyed(h, "POST", "/v1/customers", others[i], "k1");

		assert_error(a, 400, NULL, NULL, NULL);
		assert_field(a, "error.type", "idempotency_error");
		assert_field(a, "error.message", OTHER_PARAMETERS("k1"));
		assert_null(header_of(a, "Idempotent-Replayed"));
	}
	/* The first result is still there. */
	assert_string_equal(keyed(h, "POST", "/v1/customers", "email=a@b.co", "k1")->text, first->text);
	assert_same_int((int64_t)customers(h), 1);
}

static void other_endpoint__is_refused(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	assert_status(keyed(h, "POST", "/v1/customers", "metadata[a]=1", "k1"), 200);
	a = keyed(h, "POST", "/v1/coupons", "percent_off=10", "k1");
	assert_error(a, 400, NULL, NULL, NULL);
	assert_field(a, "error.type", "idempotency_error");
	assert_field(a, "error.message",
		"Keys for idempotent requests can only be used for the same endpoint they were first used for "
		"('/v1/customers' vs '/v1/coupons'). Try using a key other than 'k1' if you meant to execute a "
		"different "
		"request.");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/coupons", NULL), "data"), 0);
	/* The mismatch comes before what is wrong with the second request itself. */
	assert_error(keyed(h, "POST", "/v1/coupons", "surprise=1", "k1"), 400, NULL, NULL, "same endpoint");
}

/* ---- what is kept ---- */

static void refused_before_execution__is_not_kept(void **state)
{
	/* Each with a key of its own; the mended request under the same key is executed. */
	static const struct {
		const char *path, *body;
		int status;
	} wrong[] = {
		{ "/v1/customers", "surprise=1", 400 },
		{ "/v1/customers", "balance=ten", 400 },
		{ "/v1/customers", "name=%ff", 400 },
		{ "/v1/customers", "expand[]=nothing", 400 },
		{ "/v1/nothing", "name=A", 404 },
	};
	struct house *h = *state;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const char *key = text_of(h, "key-%zu", i);

		assert_status(keyed(h, "POST", wrong[i].path, wrong[i].body, key), wrong[i].status);
		assert_status(keyed(h, "POST", "/v1/customers", "name=A", key), 200);
		assert_same_int((int64_t)customers(h), (int64_t)i + 1);
	}
}

static void refused_keys__are_not_kept(void **state)
{
	struct house *h = *state;

	h->key = "nonsense";
	assert_status(keyed(h, "POST", "/v1/customers", "name=A", "k1"), 401);
	h->key = "sk_test_suite";
	assert_status(keyed(h, "POST", "/v1/customers", "name=B", "k1"), 200);
}

static void state_errors__are_kept(void **state)
{
	struct house *h = *state;
	const char *id = field(api_ok(h, "POST", "/v1/customers", NULL), "id");
	const char *path = text_of(h, "/v1/customers/%s", id);
	const struct answer *first, *second;

	/* An object that is not there was looked for in the execution. */
	first = keyed(h, "POST", "/v1/customers/cus_none", "name=A", "k1");
	second = keyed(h, "POST", "/v1/customers/cus_none", "name=A", "k1");
	assert_status(first, 404);
	assert_status(second, 404);
	assert_string_equal(second->text, first->text);
	assert_string_equal(header_of(second, "Idempotent-Replayed"), "true");
	/* A taken id, and then it is free. */
	api_ok(h, "POST", "/v1/coupons", "id=C&percent_off=10");
	first = keyed(h, "POST", "/v1/coupons", "id=C&percent_off=10", "k2");
	assert_error(first, 400, "resource_already_exists", NULL, NULL);
	api_ok(h, "DELETE", "/v1/coupons/C", NULL);
	second = keyed(h, "POST", "/v1/coupons", "id=C&percent_off=10", "k2");
	assert_string_equal(second->text, first->text);
	api_ok(h, "DELETE", path, NULL);
}

static void declined_payment__is_kept(void **state)
{
	struct house *h = *state;
	const char *body = "amount=2000&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined"
			   "&return_url=https://example.com/back";
	const struct answer *first = keyed(h, "POST", "/v1/payment_intents", body, "k1"), *second;
	size_t events = event_count(h);

	assert_error(first, 402, "card_declined", NULL, NULL);
	second = keyed(h, "POST", "/v1/payment_intents", body, "k1");
	assert_status(second, 402);
	assert_string_equal(second->text, first->text);
	assert_string_equal(header_of(second, "Idempotent-Replayed"), "true");
	assert_same_int((int64_t)event_count(h), (int64_t)events);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/payment_intents", NULL), "data"), 1);
}

/* ---- how long ---- */

static void key__is_forgotten_after_a_day(void **state)
{
	struct house *h = *state;
	const struct answer *first = keyed(h, "POST", "/v1/customers", "name=A", "k1");

	assert_int_equal(ms_advance(h->ms, NULL, IDEMPOTENCY_SECONDS - 1), 0);
	assert_string_equal(keyed(h, "POST", "/v1/customers", "name=A", "k1")->text, first->text);
	assert_int_equal(ms_advance(h->ms, NULL, 1), 0);
	assert_string_not_equal(field(keyed(h, "POST", "/v1/customers", "name=A", "k1"), "id"), field(first, "id"));
	assert_same_int((int64_t)customers(h), 2);
	/* And it may mean something else now. */
	assert_int_equal(ms_advance(h->ms, NULL, IDEMPOTENCY_SECONDS), 0);
	assert_status(keyed(h, "POST", "/v1/coupons", "percent_off=10", "k1"), 200);
}

static void reset__forgets_keys(void **state)
{
	struct house *h = *state;

	keyed(h, "POST", "/v1/customers", "name=A", "k1");
	assert_int_equal(ms_reset(h->ms, NULL), 0);
	assert_status(keyed(h, "POST", "/v1/coupons", "percent_off=10", "k1"), 200);
}

/* ---- where keys count ---- */

static void get_and_delete__ignore_keys(void **state)
{
	struct house *h = *state;
	const char *path = text_of(h, "/v1/customers/%s", field(api_ok(h, "POST", "/v1/customers", "name=A"), "id"));
	const struct answer *a = keyed(h, "GET", path, NULL, "k1");

	assert_field(a, "name", "A");
	assert_null(header_of(a, "Idempotency-Key"));
	assert_null(header_of(a, "Original-Request"));
	api_ok(h, "POST", path, "name=B");
	assert_field(keyed(h, "GET", path, NULL, "k1"), "name", "B");
	assert_status(keyed(h, "DELETE", path, NULL, "k2"), 200);
	assert_status(keyed(h, "DELETE", path, NULL, "k2"), 404);
	assert_status(keyed(h, "GET", path, NULL, ""), 200);
}

static void accounts__do_not_share_keys(void **state)
{
	struct house *h = *state;
	const char *account = field(api_ok(h, "POST", "/v1/accounts", "type=custom&country=US"), "id");
	const char *const headers[] = { "Idempotency-Key: k1", text_of(h, "Stripe-Account: %s", account), NULL };
	const struct answer *one = keyed(h, "POST", "/v1/customers", "name=A", "k1");
	const struct answer *two = api_with(h, "POST", "/v1/customers", "name=B", headers);

	assert_status(one, 200);
	assert_status(two, 200);
	assert_field(two, "name", "B");
	assert_string_equal(api_with(h, "POST", "/v1/customers", "name=B", headers)->text, two->text);
}

static void keys_of_one_account__share(void **state)
{
	struct house *h = *state;
	const struct answer *first = keyed(h, "POST", "/v1/customers", "name=A", "k1");

	h->key = "sk_test_another";
	assert_string_equal(keyed(h, "POST", "/v1/customers", "name=A", "k1")->text, first->text);
}

static void key__has_one_to_255_characters(void **state)
{
	struct house *h = *state;
	char key[258];
	const struct answer *a = keyed(h, "POST", "/v1/customers", NULL, "");

	assert_error(a, 400, NULL, NULL, NULL);
	assert_field(a, "error.message", "Idempotency Key must be a non-empty string.");
	memset(key, 'k', sizeof key - 1);
	key[256] = 0;
	a = keyed(h, "POST", "/v1/customers", NULL, key);
	assert_error(a, 400, NULL, NULL, NULL);
	assert_field(a, "error.message", "Idempotency Key must be at most 255 characters long.");
	key[255] = 0;
	assert_status(keyed(h, "POST", "/v1/customers", NULL, key), 200);
	assert_string_equal(header_of(keyed(h, "POST", "/v1/customers", NULL, key), "Idempotent-Replayed"), "true");
	assert_same_int((int64_t)customers(h), 1);
}

static void v2_json__is_compared_as_a_tree(void **state)
{
	static const char *const headers[] = { "Content-Type: application/json", "Idempotency-Key: k1", NULL };
	struct house *h = *state;
	const struct answer *first = api_with(
		h, "POST", "/v2/core/accounts", "{\"display_name\": \"A\", \"contact_email\": \"a@b.co\"}", headers);
	const struct answer *second = api_with(
		h, "POST", "/v2/core/accounts", "{\"contact_email\":\"a@b.co\",\"display_name\":\"A\"}", headers);

	assert_status(first, 200);
	assert_string_equal(second->text, first->text);
	assert_status(api_with(h, "POST", "/v2/core/accounts", "{\"display_name\": \"B\"}", headers), 400);
}

/* ---- two at a time ---- */

static void inflight__takes_a_key_once(void **state)
{
	struct inflight *f = inflight_new();

	(void)state;
	assert_true(inflight_enter(f, "acct_a", "k"));
	assert_false(inflight_enter(f, "acct_a", "k"));
	assert_true(inflight_enter(f, "acct_b", "k"));
	assert_true(inflight_enter(f, "acct_a", "l"));
	inflight_leave(f, "acct_a", "k");
	assert_true(inflight_enter(f, "acct_a", "k"));
	inflight_leave(f, "acct_a", "k");
	inflight_leave(f, "acct_a", "l");
	inflight_leave(f, "acct_b", "k");
	inflight_free(f);
}

/*
 * Clients that send one request under one key at the same time, again and again: each is answered with the one
 * customer, or told that another request is under way. Nobody makes a second.
 */
#define CLIENTS 4
#define ROUNDS 100

struct race {
	struct ms *ms;
	pthread_barrier_t start;
	atomic_int wrong, made, conflicts;
};

static void judge(struct race *race, const struct ms_response *r)
{
	if (r->status == 200)
		race->made++;
	else if (r->status == 409 && strstr(r->body, "\"code\": \"idempotency_key_in_use\"") &&
		 strstr(r->body, "\"type\": \"idempotency_error\"") &&
		 strstr(r->body,
			 "There is currently another in-progress request using this Idempotent Key (that probably "
			 "means you submitted twice, and the other request is still going through): key-"))
		race->conflicts++;
	else
		race->wrong++;
}

static void *race_run(void *arg)
{
	struct race *race = arg;

	for (int i = 0; i < ROUNDS; i++) {
		char header[40];
		const char *const headers[] = { header, NULL };
		struct ms_request request = { .method = "POST",
			.path = "/v1/customers",
			.key = "sk_test_suite",
			.body = "name=A",
			.headers = headers };
		struct ms_response response;

		snprintf(header, sizeof header, "Idempotency-Key: key-%d", i);
		pthread_barrier_wait(&race->start);
		ms_call(race->ms, &request, &response);
		judge(race, &response);
		ms_response_clear(&response);
	}
	return NULL;
}

static void race__makes_one(void **state)
{
	struct house *h = *state;
	struct race race = { .ms = h->ms };
	pthread_t threads[CLIENTS];
	const struct answer *a;

	pthread_barrier_init(&race.start, NULL, CLIENTS);
	for (int i = 0; i < CLIENTS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, race_run, &race), 0);
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&race.start);
	assert_int_equal(race.wrong, 0);
	assert_int_equal(race.made + race.conflicts, CLIENTS * ROUNDS);
	assert_true(race.made >= ROUNDS);
	a = api_ok(h, "GET", "/v1/customers?limit=100", NULL);
	assert_same_int((int64_t)field_count(a, "data"), ROUNDS);
	assert_flag(a, "has_more", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(replay__is_the_same_to_the_byte),
		TEST(replay__does_not_see_later_changes),
		TEST(order_and_encoding__do_not_matter),
		TEST(without_a_key__nothing_is_kept),
		TEST(other_parameters__are_refused),
		TEST(other_endpoint__is_refused),
		TEST(refused_before_execution__is_not_kept),
		TEST(refused_keys__are_not_kept),
		TEST(state_errors__are_kept),
		TEST(declined_payment__is_kept),
		TEST(key__is_forgotten_after_a_day),
		TEST(reset__forgets_keys),
		TEST(get_and_delete__ignore_keys),
		TEST(accounts__do_not_share_keys),
		TEST(keys_of_one_account__share),
		TEST(key__has_one_to_255_characters),
		TEST(v2_json__is_compared_as_a_tree),
		cmocka_unit_test(inflight__takes_a_key_once),
		TEST(race__makes_one),
	};

	return cmocka_run_group_tests_name("idempotency", tests, NULL, NULL);
}
