/* SPDX-License-Identifier: MIT */
#ifndef SUITES_ACTIONS_COMPANY_H
#define SUITES_ACTIONS_COMPANY_H

#include "actions/runtime/run.h"
#include "suites/actions/script.h"

/*
 * A small company in a script: ada has one monthly subscription to Basic, and the catalogue has Basic, Pro (monthly and
 * yearly) and Old, whose price is retired. Amounts are as in Stripe's own example: 20.00 to 50.00, ten days into
 * thirty.
 */
#define PERIOD_START 1766361600 /* 10 days before NOW */
#define PERIOD_END 1768953600	/* 20 days after it   */

#define PRICE(id, amount, interval, active)                                                                            \
	"{\"id\":\"" id "\",\"object\":\"price\",\"active\":" active ",\"currency\":\"usd\",\"unit_amount\":" amount   \
	",\"billing_scheme\":\"per_unit\",\"product\":\"prod_1\",\"recurring\":{\"interval\":\"" interval              \
	"\",\"interval_count\":1,\"usage_type\":\"licensed\"}}"
#define ITEM(price, quantity)                                                                                          \
	"{\"id\":\"si_1\",\"quantity\":" quantity                                                                      \
	",\"current_period_start\":1766361600,\"current_period_end\":1768953600,"                                      \
	"\"price\":" price "}"
#define SUBSCRIPTION(id, status, item, more)                                                                           \
	"{\"id\":\"" id "\",\"object\":\"subscription\",\"customer\":\"cus_ada\",\"status\":\"" status                 \
	"\",\"currency\":\"usd\","                                                                                     \
	"\"start_date\":1766361600,\"latest_invoice\":\"in_1\",\"items\":{\"object\":\"list\",\"data\":[" item         \
	"],\"has_more\":false}" more "}"
#define LIST(data) "{\"object\":\"list\",\"has_more\":false,\"data\":[" data "]}"

#define BASIC PRICE("price_basic", "2000", "month", "true")
#define PRO PRICE("price_pro", "5000", "month", "true")
#define ADA_SUBSCRIPTION SUBSCRIPTION("sub_ada", "active", ITEM(BASIC, "1"), ",\"cancel_at_period_end\":false")
#define ADA_ON_PRO SUBSCRIPTION("sub_ada", "active", ITEM(PRO, "1"), ",\"cancel_at_period_end\":false")
#define ADA_ENDING                                                                                                     \
	SUBSCRIPTION("sub_ada", "active", ITEM(BASIC, "1"), ",\"cancel_at_period_end\":true,\"cancel_at\":1768953600")
#define ADA_ENDED SUBSCRIPTION("sub_ada", "canceled", ITEM(BASIC, "1"), ",\"ended_at\":1767225600")
#define ADA_CUSTOMER                                                                                                   \
	"{\"id\":\"cus_ada\",\"object\":\"customer\",\"email\":\"ada@example.com\",\"name\":\"Ada\",\"phone\":null,"   \
	"\"currency\":\"usd\",\"address\":{\"line1\":\"1 Main St\",\"line2\":null,\"city\":\"London\",\"state\":null," \
	"\"postal_code\":\"N1 9GU\",\"country\":\"GB\"}}"
#define PREVIEW                                                                                                        \
	"{\"object\":\"invoice\",\"currency\":\"usd\",\"amount_due\":2000,\"parent\":{\"subscription_details\":{"      \
	"\"subscription_proration_date\":1767225600}},\"lines\":{\"data\":["                                           \
	"{\"amount\":-1333,\"period\":{\"start\":1767225600},\"parent\":{\"subscription_item_details\":{"              \
	"\"proration\":true}}},"                                                                                       \
	"{\"amount\":3333,\"period\":{\"start\":1767225600},\"parent\":{\"subscription_item_details\":{\"proration\":" \
	"true}}}]}}"

#define PLANS                                                                                                          \
	"\"plans\":[{\"key\":\"basic\",\"label\":\"Basic\",\"rank\":1,\"prices\":[{\"price\":\"price_basic\","         \
	"\"interval\":"                                                                                                \
	"\"month\",\"currency\":\"usd\"}],\"quantity\":{\"max\":10,\"adjustable\":true}},"                             \
	"{\"key\":\"pro\",\"label\":\"Pro\",\"rank\":2,\"prices\":[{\"price\":\"price_pro\"},{\"price\":\"price_pro_"  \
	"year\"}]},"                                                                                                   \
	"{\"key\":\"old\",\"label\":\"Old\",\"rank\":3,\"prices\":[{\"price\":\"price_old\"}]},"                       \
	"{\"key\":\"euro\",\"label\":\"Euro\",\"rank\":4,\"prices\":[{\"price\":\"price_euro\",\"interval\":"          \
	"\"month\","                                                                                                   \
	"\"currency\":\"eur\"}]}]"
#define POLICIES "\"cancellation_policy\":{\"mode\":\"choice\"},\"billing_fields\":[\"address\",\"email\",\"phone\"]"
#define CONTACTS                                                                                                       \
	"\"contacts\":[{\"external_id\":\"ada\",\"stripe_accounts\":[{\"label\":\"Main\",\"stripe_id\":\"cus_ada\"}]}" \
	","                                                                                                            \
	"{\"external_id\":\"teams\",\"stripe_accounts\":[{\"label\":\"Team 1\",\"stripe_id\":\"cus_ada\"},"            \
	"{\"label\":\"Team 2\",\"stripe_id\":\"cus_bob\"}]},"                                                          \
	"{\"external_id\":\"bob\",\"stripe_accounts\":[{\"label\":\"Main\",\"stripe_id\":\"cus_bob\"}]},"              \
	"{\"external_id\":\"bare\",\"stripe_accounts\":[]}]"
#define COMPANY_CONFIG                                                                                                 \
	CONFIG_HEAD "," ACTION_ROWS "," PLANS "," POLICIES "," CONTACTS                                                \
		    ",\"limits\":{\"reads_per_minute\":0,\"writes_per_day\":0}}"

struct company {
	struct script script;
	struct agent *agent;
	struct run_result result;
};

static inline void company_get(struct company *c, const char *path, const char *body)
{
	script_reply(&c->script, (struct reply) { .method = "GET", .path = path, .body = body });
}

static inline void company_open(struct company *c, const char *config)
{
	struct text why;

	memset(c, 0, sizeof(*c));
	c->script.now = NOW;
	text_init(&why, TEXT_NO_CEILING);
	c->agent = agent_open(&(struct agent_options) { .json = config,
				      .name = "agent.json",
				      .transport = script_transport(&c->script),
				      .clock = script_clock(&c->script) },
		&why);
	if (!c->agent)
		print_error("%s\n", why.data);
	text_clear(&why);
	assert_non_null(c->agent);
	company_get(c, "/v1/customers/cus_ada", ADA_CUSTOMER);
	company_get(c, "/v1/customers/cus_bob", "{\"id\":\"cus_bob\",\"object\":\"customer\"}");
	company_get(c, "/v1/prices/price_basic", BASIC);
	company_get(c, "/v1/prices/price_pro", PRO);
	company_get(c, "/v1/prices/price_pro_year", PRICE("price_pro_year", "50000", "year", "true"));
	company_get(c, "/v1/prices/price_old", PRICE("price_old", "900", "month", "false"));
	company_get(c, "/v1/prices/price_euro",
		"{\"id\":\"price_euro\",\"active\":true,\"currency\":\"eur\",\"unit_amount\":900,\"recurring\":{"
		"\"interval\":"
		"\"month\",\"interval_count\":1}}");
	company_get(c, "/v1/products/prod_1", "{\"id\":\"prod_1\",\"name\":\"Product One\"}");
	company_get(c, "/v1/subscriptions", LIST(ADA_SUBSCRIPTION));
	company_get(c, "/v1/subscription_schedules/sub_sched_1",
		"{\"id\":\"sub_sched_1\",\"customer\":\"cus_ada\",\"end_behavior\":\"release\",\"metadata\":{},"
		"\"current_phase\":{\"start_date\":1766361600,\"end_date\":1768953600},\"phases\":["
		"{\"start_date\":1766361600,\"items\":[{\"price\":\"price_basic\"}]},"
		"{\"start_date\":1768953600,\"items\":[{\"price\":\"price_pro\"}]}]}");
	script_reply(&c->script,
		(struct reply) { .method = "POST", .path = "/v1/invoices/create_preview", .body = PREVIEW });
}

static inline void company_close(struct company *c)
{
	run_clear(&c->result);
	agent_close(c->agent);
	script_clear(&c->script);
}

/* Runs an action as a user, proved by hash; the result replaces the one before. */
static inline void company_run(
	struct company *c, const char *user, const char *action, const char *inputs, const char *confirmation)
{
	struct run_call call = {
		.action = action, .inputs = inputs, .inputs_length = strlen(inputs), .confirmation = confirmation
	};
	char hash[65];

	if (user) {
		identity_hash(c->agent->config, user, hash);
		call.evidence = (struct evidence) { .user_id = user, .user_hash = hash };
	}
	run_clear(&c->result);
	run_action(c->agent, &call, &c->result);
}

/* Proposes and confirms the same; the confirmation's text is the caller's to free. */
static inline char *company_propose(struct company *c, const char *user, const char *action, const char *inputs)
{
	company_run(c, user, action, inputs, NULL);
	if (c->result.envelope.status != ENVELOPE_NEEDS_CONFIRMATION)
		print_error("%s: %s\n", problem_row(c->result.problem.code)->name, c->result.problem.detail);
	assert_int_equal(c->result.envelope.status, ENVELOPE_NEEDS_CONFIRMATION);
	return mem_copy_text(js_text(c->result.envelope.data, "confirmation"));
}

static inline void company_confirm(struct company *c, const char *user, const char *action, const char *inputs)
{
	char *confirmation = company_propose(c, user, action, inputs);

	company_run(c, user, action, inputs, confirmation);
	free(confirmation);
}

#define assert_status(company, wanted) status_check((company), (wanted), __FILE__, __LINE__)
static inline void status_check(const struct company *c, enum envelope_status wanted, const char *file, int line)
{
	if (c->result.envelope.status == wanted)
		return;
	print_error("%s: %s (%s)\n", envelope_status_name(c->result.envelope.status),
		problem_row(c->result.problem.code)->name, c->result.problem.detail);
	_fail(file, line);
}

#define company_message(c) ((c)->result.envelope.message.data)

#endif
