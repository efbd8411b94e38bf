/* SPDX-License-Identifier: MIT */
#include "actions/core/config_rows.h"

#include <stddef.h>

#include "actions/core/config.h"

/* Stripe API reference, "Cancel a subscription": cancellation_details.feedback. */
const char *const config_reasons[] = { "customer_service", "low_quality", "missing_features", "other",
	"switched_service", "too_complex", "too_expensive", "unused", NULL };

const char *const environment_names[] = { "widget", "api", "playground", "preview", "compare", NULL };

static const char *const live_environments[] = { "widget", "api", NULL };
static const char *const methods[] = { "token", "user_hash", NULL };
static const char *const intervals[] = { "day", "week", "month", "year", NULL };
static const char *const prorations[] = { "create_prorations", "always_invoice", "none", NULL };
static const char *const anchors[] = { "unchanged", "now", NULL };
/* pending_if_incomplete and default_incomplete leave a change half-done that nobody in the chat could finish. */
static const char *const payments[] = { "error_if_incomplete", "allow_incomplete", NULL };
static const char *const modes[] = { "at_period_end", "immediately", "choice", NULL };
static const char *const credits[] = { "none", "prorate_credit", "invoice_now_credit", NULL };
static const char *const billing_fields[] = { "address", "email", "name", "phone", "tax_id", "shipping", NULL };
static const char *const change_moments[] = { "now", "period_end", NULL };
static const char *const trial_updates[] = { "continue_trial", "end_trial", NULL };
static const char *const offer_kinds[] = { "coupon", "pause", "downgrade", "extend_trial", NULL };
static const char *const payment_method_modes[] = { "off", "portal_link", "setup_intent", NULL };

static const struct input agent_rows[] = {
	{ .name = "id", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 64 },
	{ .name = "name", .kind = INPUT_TEXT, .min = 1, .max = 100 },
	{ .name = "locale", .kind = INPUT_TEXT, .min = 2, .max = 16 },
	{ .name = "time_zone", .kind = INPUT_TEXT, .min = 3, .max = 64 },
	{ 0 },
};

static const struct input secret_rows[] = {
	{ .name = "id", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 64 },
	{ .name = "secret", .kind = INPUT_ANY, .required = true },
	{ .name = "accept_until", .kind = INPUT_INTEGER, .min = 1 },
	{ 0 },
};

static const struct input secret_element = { .kind = INPUT_OBJECT, .fields = secret_rows };
static const struct input method_element = { .kind = INPUT_CHOICE, .choices = methods };

static const struct input identity_rows[] = {
	{ .name = "secrets", .kind = INPUT_LIST, .required = true, .min = 1, .max = 8, .fields = &secret_element },
	{ .name = "methods", .kind = INPUT_LIST, .min = 1, .max = 2, .fields = &method_element },
	{ .name = "max_lifetime_seconds", .kind = INPUT_INTEGER, .min = 60, .max = 86400 },
	{ .name = "single_use_tokens", .kind = INPUT_FLAG },
	{ .name = "leeway_seconds", .kind = INPUT_INTEGER, .min = 0, .max = 60 },
	{ 0 },
};

static const struct input stripe_rows[] = {
	{ .name = "base_url", .kind = INPUT_TEXT, .min = 8, .max = 512 },
	{ .name = "api_key", .kind = INPUT_ANY, .required = true },
	{ .name = "timeout_ms", .kind = INPUT_INTEGER, .min = 1, .max = 120000 },
	{ .name = "connect_timeout_ms", .kind = INPUT_INTEGER, .min = 1, .max = 60000 },
	{ .name = "max_retries", .kind = INPUT_INTEGER, .min = 0, .max = 8 },
	{ 0 },
};

static const struct input live_element = { .kind = INPUT_CHOICE, .choices = live_environments };

static const struct input no_options[] = { { 0 } };

static const struct input action_rows[] = {
	{ .name = "name", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 64 },
	{ .name = "title", .kind = INPUT_TEXT, .min = 1, .max = 100 },
	{ .name = "kind", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 64 },
	{ .name = "when_to_use", .kind = INPUT_TEXT, .required = true, .lines = true, .min = 0, .max = 4000 },
	{ .name = "enabled", .kind = INPUT_FLAG, .required = true },
	{ .name = "environments", .kind = INPUT_LIST, .min = 1, .max = 2, .fields = &live_element },
	{ .name = "options", .kind = INPUT_OBJECT, .fields = no_options },
	{ 0 },
};

static const char *const value_types[] = { "string", "number", "boolean", NULL };

static const struct input tool_input_rows[] = {
	{ .name = "name", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 64 },
	{ .name = "type", .kind = INPUT_CHOICE, .required = true, .choices = value_types },
	{ .name = "description", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 500 },
	{ .name = "required", .kind = INPUT_FLAG },
	{ 0 },
};

static const struct input tool_input_element = { .kind = INPUT_OBJECT, .fields = tool_input_rows };

static const struct input client_tool_rows[] = {
	{ .name = "name", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 64 },
	{ .name = "when_to_use", .kind = INPUT_TEXT, .required = true, .lines = true, .min = 1, .max = 4000 },
	{ .name = "inputs", .kind = INPUT_LIST, .max = 20, .fields = &tool_input_element },
	{ 0 },
};

static const struct input client_tool_element = { .kind = INPUT_OBJECT, .fields = client_tool_rows };

static const struct input action_element = { .kind = INPUT_OBJECT, .fields = action_rows };

static const struct input price_rows[] = {
	{ .name = "price", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 255 },
	{ .name = "interval", .kind = INPUT_CHOICE, .choices = intervals },
	{ .name = "currency", .kind = INPUT_TEXT, .min = 3, .max = 3 },
	{ 0 },
};

static const struct input price_element = { .kind = INPUT_OBJECT, .fields = price_rows };

static const struct input quantity_rows[] = {
	{ .name = "min", .kind = INPUT_INTEGER, .min = 1, .max = 1000000 },
	{ .name = "max", .kind = INPUT_INTEGER, .min = 1, .max = 1000000 },
	{ .name = "adjustable", .kind = INPUT_FLAG },
	{ 0 },
};

static const struct input plan_rows[] = {
	{ .name = "key", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 64 },
	{ .name = "label", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 100 },
	{ .name = "description", .kind = INPUT_TEXT, .lines = true, .max = 1000 },
	{ .name = "rank", .kind = INPUT_INTEGER, .required = true, .min = 0, .max = 1000 },
	{ .name = "prices", .kind = INPUT_LIST, .required = true, .min = 1, .max = 50, .fields = &price_element },
	{ .name = "quantity", .kind = INPUT_OBJECT, .fields = quantity_rows },
	{ 0 },
};

static const struct input plan_element = { .kind = INPUT_OBJECT, .fields = plan_rows };

static const struct input change_rows[] = {
	{ .name = "when", .kind = INPUT_CHOICE, .choices = change_moments },
	{ .name = "undo_enabled", .kind = INPUT_FLAG },
	{ .name = "enabled", .kind = INPUT_FLAG },
	{ .name = "proration_behavior", .kind = INPUT_CHOICE, .choices = prorations },
	{ .name = "billing_cycle_anchor", .kind = INPUT_CHOICE, .choices = anchors },
	{ .name = "payment_behavior", .kind = INPUT_CHOICE, .choices = payments },
	{ 0 },
};

static const struct input change_policy_rows[] = {
	{ .name = "upgrade", .kind = INPUT_OBJECT, .fields = change_rows },
	{ .name = "downgrade", .kind = INPUT_OBJECT, .fields = change_rows },
	{ .name = "allow_promotion_codes", .kind = INPUT_FLAG },
	{ .name = "trial_update_behavior", .kind = INPUT_CHOICE, .choices = trial_updates },
	{ 0 },
};

static const struct input reason_element = { .kind = INPUT_CHOICE, .choices = config_reasons };

static const struct input reason_rows[] = {
	{ .name = "required", .kind = INPUT_FLAG },
	{ .name = "options", .kind = INPUT_LIST, .min = 1, .max = 8, .fields = &reason_element },
	{ 0 },
};

static const struct input cancellation_rows[] = {
	{ .name = "enabled", .kind = INPUT_FLAG },
	{ .name = "mode", .kind = INPUT_CHOICE, .choices = modes },
	{ .name = "credit", .kind = INPUT_CHOICE, .choices = credits },
	{ .name = "reason", .kind = INPUT_OBJECT, .fields = reason_rows },
	{ .name = "undo_enabled", .kind = INPUT_FLAG },
	{ .name = "comment_max", .kind = INPUT_INTEGER, .min = 0, .max = 500 },
	{ 0 },
};

static const struct input offer_rows[] = {
	{ .name = "key", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 64 },
	{ .name = "kind", .kind = INPUT_CHOICE, .required = true, .choices = offer_kinds },
	{ .name = "label", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 200 },
	{ .name = "coupon", .kind = INPUT_TEXT, .min = 1, .max = 255 },
	{ .name = "plan", .kind = INPUT_TEXT, .min = 1, .max = 64 },
	{ .name = "days", .kind = INPUT_INTEGER, .min = 1, .max = 365 },
	{ .name = "reason", .kind = INPUT_CHOICE, .choices = config_reasons },
	{ 0 },
};

static const struct input offer_element = { .kind = INPUT_OBJECT, .fields = offer_rows };

static const struct input retention_rows[] = {
	{ .name = "offers", .kind = INPUT_LIST, .required = true, .min = 1, .max = 20, .fields = &offer_element },
	{ .name = "max_per_customer", .kind = INPUT_INTEGER, .min = 0, .max = 1000 },
	{ .name = "cooldown_days", .kind = INPUT_INTEGER, .min = 0, .max = 3650 },
	{ 0 },
};

static const struct input payment_method_rows[] = {
	{ .name = "mode", .kind = INPUT_CHOICE, .required = true, .choices = payment_method_modes },
	{ .name = "return_url", .kind = INPUT_TEXT, .min = 8, .max = 2000 },
	{ 0 },
};

static const struct input field_element = { .kind = INPUT_CHOICE, .choices = billing_fields };

static const struct input confirmation_rows[] = {
	{ .name = "ttl_seconds", .kind = INPUT_INTEGER, .min = 30, .max = 86400 },
	{ 0 },
};

/* By the bits of enum step_up_for. */
const char *const config_step_ups[] = { "cancel", "change_plan", "accept_offer", "change_billing_information", NULL };
static const struct input step_up_element = { .kind = INPUT_CHOICE, .choices = config_step_ups };

static const struct input deliver_rows[] = {
	{ .name = "url", .kind = INPUT_TEXT, .required = true, .min = 8, .max = 2000 },
	{ .name = "secret", .kind = INPUT_ANY, .required = true },
	{ 0 },
};

static const struct input step_up_rows[] = {
	{ .name = "for", .kind = INPUT_LIST, .required = true, .min = 1, .max = 4, .fields = &step_up_element },
	{ .name = "deliver", .kind = INPUT_OBJECT, .required = true, .fields = deliver_rows },
	{ 0 },
};

static const struct input limit_rows[] = {
	{ .name = "reads_per_minute", .kind = INPUT_INTEGER, .min = 0, .max = 100000 },
	{ .name = "writes_per_day", .kind = INPUT_INTEGER, .min = 0, .max = 100000 },
	{ .name = "offers_per_90d", .kind = INPUT_INTEGER, .min = 0, .max = 1000 },
	{ 0 },
};

static const struct input file_rows[] = {
	{ .name = "file", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 4096 },
	{ 0 },
};

const struct input config_rows[] = {
	{ .name = "agent", .kind = INPUT_OBJECT, .required = true, .fields = agent_rows },
	{ .name = "identity", .kind = INPUT_OBJECT, .required = true, .fields = identity_rows },
	{ .name = "stripe", .kind = INPUT_OBJECT, .required = true, .fields = stripe_rows },
	{ .name = "environment", .kind = INPUT_CHOICE, .choices = environment_names },
	{ .name = "actions", .kind = INPUT_LIST, .required = true, .min = 0, .max = 100, .fields = &action_element },
	{ .name = "client_tools", .kind = INPUT_LIST, .max = 20, .fields = &client_tool_element },
	{ .name = "plans", .kind = INPUT_LIST, .max = 100, .fields = &plan_element },
	{ .name = "change_policy", .kind = INPUT_OBJECT, .fields = change_policy_rows },
	{ .name = "cancellation_policy", .kind = INPUT_OBJECT, .fields = cancellation_rows },
	{ .name = "retention", .kind = INPUT_OBJECT, .fields = retention_rows },
	{ .name = "payment_method", .kind = INPUT_OBJECT, .fields = payment_method_rows },
	{ .name = "billing_fields", .kind = INPUT_LIST, .max = 6, .fields = &field_element },
	{ .name = "confirmation", .kind = INPUT_OBJECT, .fields = confirmation_rows },
	{ .name = "limits", .kind = INPUT_OBJECT, .fields = limit_rows },
	{ .name = "step_up", .kind = INPUT_OBJECT, .fields = step_up_rows },
	{ .name = "contacts", .kind = INPUT_ANY },
	{ .name = "store", .kind = INPUT_OBJECT, .fields = file_rows },
	{ .name = "audit", .kind = INPUT_OBJECT, .fields = file_rows },
	{ 0 },
};
