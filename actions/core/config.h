/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CONFIG_H
#define ACTIONS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

/*
 * One JSON file says everything about an agent: who it is, how customers prove themselves, how Stripe is reached, which
 * actions are on offer, which plans, and what may be changed. It is checked as a whole at load; every fault is named
 * with file, JSON path and reason, and a file with a fault loads nothing. A secret may be given as {"env": "NAME"}, so
 * that the file itself can be committed.
 *
 * {
 *   "agent": {"id": "agent_demo", "name": "Demo support", "locale": "en", "time_zone": "UTC"},
 *   "identity": {"secrets": [{"id": "2026-11", "secret": "..."}, {"id": "old", "secret": "...", "accept_until":
 * 1767225600}], "methods": ["token", "user_hash"], "max_lifetime_seconds": 86400, "leeway_seconds": 60,
 * "single_use_tokens": false}, "stripe":
 * {"base_url": "http://127.0.0.1:12111", "api_key": {"env": "STRIPE_API_KEY"}, "timeout_ms": 10000, "max_retries": 2},
 *   "environment": "widget",
 *   "actions": [{"name": "get_invoices", "kind": "invoices", "when_to_use": "...", "enabled": true,
 *                "environments": ["widget", "api"], "options": {}}],
 *   "plans": [{"key": "pro", "label": "Pro", "rank": 2, "prices": [{"price": "price_...", "interval": "month",
 *              "currency": "usd"}], "quantity": {"min": 1, "max": 50, "adjustable": true}}],
 *   "change_policy": {"upgrade": {"proration_behavior": "always_invoice"},
 *                     "downgrade": {"when": "period_end"},
 *                     "allow_promotion_codes": false, "trial_update_behavior": "continue_trial"},
 *   "cancellation_policy": {"mode": "choice", "credit": "none", "reason": {"required": false}, "undo_enabled": true},
 *   "retention": {"offers": [{"key": "half", "kind": "coupon", "coupon": "HALF", "label": "50% off for three months"},
 *                            {"key": "rest", "kind": "pause", "days": 30, "label": "a month's pause"}],
 *                 "max_per_customer": 1, "cooldown_days": 180},
 *   "payment_method": {"mode": "portal_link", "return_url": "https://example.com/account"},
 *   "billing_fields": ["address", "email", "phone", "tax_id"],
 *   "confirmation": {"ttl_seconds": 900},
 *   "step_up": {"for": ["change_billing_information"], "deliver": {"url": "https://...", "secret": "..."}},
 *   "limits": {"reads_per_minute": 60, "writes_per_day": 20, "offers_per_90d": 1},
 *   "contacts": {"file": "contacts.json"},            (or the list of contacts itself)
 *   "store": {"file": "agent.db"},                    (contacts, used confirmations, limits and offers outlive the
 * process) "audit": {"file": "audit.jsonl"}
 * }
 */

enum environment {
	ENVIRONMENT_WIDGET,
	ENVIRONMENT_API,
	ENVIRONMENT_PLAYGROUND,
	ENVIRONMENT_PREVIEW,
	ENVIRONMENT_COMPARE,
	ENVIRONMENT_COUNT,
};

/* A verification secret. The first in the list is the current one; others are being rotated out. */
struct secret {
	const char *id;
	const char *secret;
	int64_t accept_until; /* Unix seconds; 0: without end */
};

struct action_config {
	const char *name;  /* what the model calls; unique without regard to case */
	const char *title; /* for people; NULL: the kind's own                      */
	const char *kind;  /* which built-in action it is                            */
	const char *when_to_use;
	bool enabled;
	unsigned environments; /* bit per enum environment                               */
};

struct plan_price {
	const char *price;    /* price_... */
	const char *interval; /* day, week, month, year; NULL: whatever Stripe says */
	const char *currency; /* lower case; NULL: whatever Stripe says           */
};

struct plan {
	const char *key, *label, *description; /* description may be NULL */
	int64_t rank;			       /* a change to a higher rank is an upgrade */
	struct plan_price *prices;
	size_t n_prices;
	int64_t quantity_min, quantity_max;
	bool quantity_adjustable;
};

/* How one direction of change is carried out; values are those of Stripe's subscription update. */
struct change_rule {
	bool enabled;
	bool at_period_end; /* waits for the end of the paid period, as a schedule */
	bool undo_enabled;  /* and may be taken back until then                     */
	const char *proration_behavior, *billing_cycle_anchor, *payment_behavior;
};

enum cancel_mode {
	CANCEL_AT_PERIOD_END,
	CANCEL_IMMEDIATELY,
	CANCEL_CHOICE, /* the customer may choose; at the period end unless they say otherwise */
};

enum cancel_credit {
	CREDIT_NONE,	    /* cancelling now gives nothing back                       */
	CREDIT_PRORATE,	    /* a credit for the unused time, kept for the next invoice   */
	CREDIT_INVOICE_NOW, /* the same, and a final invoice at once                   */
};

struct cancellation_policy {
	bool enabled, undo_enabled, reason_required;
	enum cancel_mode mode;
	enum cancel_credit credit;
	unsigned reasons; /* bit per entry of config_reasons */
	int64_t comment_max;
};

enum offer_kind {
	OFFER_COUPON,
	OFFER_PAUSE,
	OFFER_DOWNGRADE,
	OFFER_EXTEND_TRIAL,
};

/* What a customer who wants to cancel may be offered instead. */
struct offer {
	const char *key, *label; /* label: as the customer reads it, "50% off for three months" */
	enum offer_kind kind;
	const char *coupon, *plan; /* of OFFER_COUPON and OFFER_DOWNGRADE                   */
	int64_t days;		   /* of OFFER_PAUSE and OFFER_EXTEND_TRIAL                 */
	const char *reason;	   /* only to those who give this reason; NULL: to all      */
};

struct retention {
	struct offer *offers;
	size_t n_offers;
	int64_t max_per_customer; /* ever; 0: no limit  */
	int64_t cooldown_days;	  /* between two offers */
};

enum payment_method_mode {
	PAYMENT_METHOD_OFF,
	PAYMENT_METHOD_PORTAL, /* a link to Stripe's customer portal           */
	PAYMENT_METHOD_INTENT, /* a SetupIntent for the page's own form         */
};

struct payment_method {
	enum payment_method_mode mode;
	const char *return_url; /* of the portal; NULL: the portal's own */
};

enum billing_field {
	FIELD_ADDRESS = 1,
	FIELD_EMAIL = 2,
	FIELD_NAME = 4,
	FIELD_PHONE = 8,
	FIELD_TAX_ID = 16,
	FIELD_SHIPPING = 32,
};

/* How often one contact may run one action; 0: no limit. */
struct limits {
	int64_t reads_per_minute; /* calls of any kind                                 */
	int64_t writes_per_day;	  /* confirmed ones                                    */
	int64_t offers_per_90d;	  /* retention offers accepted, by Stripe customer      */
};

/* What takes a code by e-mail before it is proposed, and who sends the code. */
enum step_up_for {
	STEP_UP_FOR_CANCEL = 1,
	STEP_UP_FOR_CHANGE_PLAN = 2,
	STEP_UP_FOR_OFFER = 4,
	STEP_UP_FOR_BILLING = 8,
};

struct step_up_config {
	unsigned wanted;	  /* enum step_up_for, or-ed; 0: nothing */
	const char *url, *secret; /* of the operator's server that sends e-mail */
};

struct config {
	struct arena arena;
	json_t *root;
	const char *file; /* as given, for messages */
	const char *agent_id, *agent_name;
	struct secret *secrets;
	size_t n_secrets;
	bool takes_hash, takes_token;
	bool single_use;	      /* a token opens one session, and has a jti to be known by */
	int64_t max_lifetime, leeway; /* seconds */
	const char *base_url, *api_key;
	int64_t timeout_ms, connect_timeout_ms, max_retries;
	enum environment environment;
	struct action_config *actions;
	size_t n_actions;
	const json_t *client_tools; /* what pages let the chat run in them: [{name, when_to_use, inputs?}], or NULL */
	struct plan *plans;
	size_t n_plans;
	struct change_rule upgrade, downgrade;
	bool promotion_codes; /* customers may use them with a change of plan   */
	bool trial_ends;      /* with a change that is made at once; else it goes on */
	struct cancellation_policy cancellation;
	struct retention retention;
	struct payment_method payment_method;
	const char *time_zone;	  /* of dates in texts; NULL: UTC */
	const char *locale;	  /* of texts for customers without one of their own */
	unsigned billing_fields;  /* enum billing_field, or-ed */
	int64_t confirmation_ttl; /* seconds */
	struct limits limits;
	struct step_up_config step_up;
	const char *contacts_file; /* resolved against the directory of the configuration; NULL when inline */
	json_t *contacts;	   /* inline, borrowed from root; NULL when in a file or not given         */
	const char *store_file;	   /* resolved likewise; NULL: what is remembered lasts as long as the process */
	const char *audit_file;	   /* resolved likewise; NULL: no audit record                             */
};

extern const char *const config_step_ups[];   /* operations by the bits of enum step_up_for; NULL at the end */
extern const char *const config_reasons[];    /* Stripe's cancellation feedback values; NULL at the end */
extern const char *const environment_names[]; /* by enum environment; NULL at the end                   */

/* NULL with every fault in `why`, one a line. config_free it. */
struct config *config_load(const char *file, struct text *why);
/* The same for JSON text in hand; `name` stands for the file in messages, relative files are taken from the working
 * directory. */
struct config *config_parse(const char *json, size_t length, const char *name, struct text *why);
void config_free(struct config *c); /* NULL-safe */

/* By exact name, or NULL. */
const struct action_config *config_action(const struct config *c, const char *name);
const struct plan *config_plan(const struct config *c, const char *key);
/* The plan that offers a Stripe price; NULL when none does. */
const struct plan *config_plan_of_price(const struct config *c, const char *price);
/* ENVIRONMENT_COUNT when there is none of that name. */
enum environment environment_find(const char *name);

#endif
