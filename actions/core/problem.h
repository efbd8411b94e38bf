/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_PROBLEM_H
#define ACTIONS_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"

/*
 * The closed list of what can go wrong in a run. Every row of the table in problem.c says whether trying again can
 * help, who can mend it, what the customer may be told, and what the operator should look at. Several codes share one
 * public code and one text on purpose: a chat that told a wrong hash from a missing contact would be an oracle for
 * valid ids.
 */
enum problem_code {
	PROBLEM_NONE,

	/* The action itself. */
	PROBLEM_ACTION_NOT_FOUND,
	PROBLEM_ACTION_DISABLED,
	PROBLEM_ENVIRONMENT_UNSUPPORTED,
	PROBLEM_ARGUMENTS_INVALID,
	PROBLEM_FIELD_NOT_ALLOWED,

	/* Who is asking. */
	PROBLEM_IDENTITY_REQUIRED,
	PROBLEM_IDENTITY_HASH_MALFORMED,
	PROBLEM_IDENTITY_HASH_MISMATCH,
	PROBLEM_IDENTITY_TOKEN_MALFORMED,
	PROBLEM_IDENTITY_TOKEN_ALGORITHM,
	PROBLEM_IDENTITY_TOKEN_SIGNATURE,
	PROBLEM_IDENTITY_TOKEN_EXPIRED,
	PROBLEM_IDENTITY_TOKEN_NOT_YET_VALID,
	PROBLEM_IDENTITY_TOKEN_LIFETIME,
	PROBLEM_IDENTITY_TOKEN_REPLAYED,
	PROBLEM_IDENTITY_USER_ID_INVALID,
	PROBLEM_IDENTITY_METHOD_OFF,
	PROBLEM_STEP_UP_REQUIRED,
	PROBLEM_STEP_UP_SPENT,
	PROBLEM_STEP_UP_UNAVAILABLE,

	/* Whose billing account it is. */
	PROBLEM_CONTACT_NOT_FOUND,
	PROBLEM_CONTACT_STRIPE_ACCOUNT_MISSING,
	PROBLEM_CONTACT_STRIPE_ACCOUNT_INVALID,
	PROBLEM_CONTACT_STRIPE_ACCOUNT_AMBIGUOUS,
	PROBLEM_ACCOUNT_CHOICE,
	PROBLEM_SUBSCRIPTION_CHOICE,
	PROBLEM_RESOURCE_NOT_FOUND,
	PROBLEM_NO_SUBSCRIPTIONS,

	/* The configured rules. */
	PROBLEM_PLAN_NOT_AVAILABLE,
	PROBLEM_PLAN_CURRENCY_MISMATCH,
	PROBLEM_PLAN_INTERVAL_UNAVAILABLE,
	PROBLEM_QUANTITY_OUT_OF_RANGE,
	PROBLEM_SUBSCRIPTION_SCHEDULED,
	PROBLEM_SUBSCRIPTION_UNSUPPORTED_SHAPE,
	PROBLEM_CHANGE_PENDING_PAYMENT,
	PROBLEM_STATUS_BLOCKS_CHANGE,
	PROBLEM_CANCEL_NOT_OFFERED,
	PROBLEM_UNDO_NOT_OFFERED,
	PROBLEM_OFFER_UNAVAILABLE,
	PROBLEM_OFFER_NOT_ELIGIBLE,
	PROBLEM_PAYMENT_METHOD_NOT_OFFERED,
	PROBLEM_PORTAL_NOT_CONFIGURED,
	PROBLEM_TAX_ID_INVALID,
	PROBLEM_BILLING_ADDRESS_INVALID,
	PROBLEM_EMAIL_INVALID,
	PROBLEM_PHONE_INVALID,

	/* Consent. */
	PROBLEM_NEEDS_CONFIRMATION,
	PROBLEM_PROPOSAL_EXPIRED,
	PROBLEM_PROPOSAL_CONSUMED,
	PROBLEM_PROPOSAL_MISMATCH,
	PROBLEM_PROPOSAL_STALE,

	/* What Stripe answered, or did not. */
	PROBLEM_STRIPE_CUSTOMER_NOT_FOUND,
	PROBLEM_STRIPE_CUSTOMER_DELETED,
	PROBLEM_STRIPE_CUSTOMER_WRONG_MODE,
	PROBLEM_STRIPE_KEY_INVALID,
	PROBLEM_STRIPE_KEY_EXPIRED,
	PROBLEM_STRIPE_PERMISSION_DENIED,
	PROBLEM_STRIPE_UNREACHABLE,
	PROBLEM_STRIPE_TIMEOUT,
	PROBLEM_STRIPE_BAD_RESPONSE,
	PROBLEM_STRIPE_SERVER_ERROR,
	PROBLEM_STRIPE_RATE_LIMITED,
	PROBLEM_STRIPE_BUSY,
	PROBLEM_STRIPE_REJECTED,
	PROBLEM_PAYMENT_DECLINED,
	PROBLEM_PAYMENT_ACTION_REQUIRED,
	PROBLEM_PAYMENT_METHOD_MISSING,
	PROBLEM_OUTCOME_UNKNOWN,
	PROBLEM_AUDIT_UNAVAILABLE,
	PROBLEM_STORE_UNAVAILABLE,

	/* How often. */
	PROBLEM_RATE_LIMITED,
	PROBLEM_ONE_WRITE_PER_TURN,
	PROBLEM_COUNT,
};

/* What a run that met the problem is called in its envelope. */
enum problem_outcome {
	OUTCOME_ERROR,
	OUTCOME_REFUSED,
	OUTCOME_NEEDS_CHOICE,
	OUTCOME_NEEDS_CONFIRMATION,
	OUTCOME_NEEDS_VERIFICATION,
};

enum problem_mender {
	MENDER_CUSTOMER,
	MENDER_ASSISTANT, /* the model: by calling again with other arguments */
	MENDER_OPERATOR,  /* configuration, contacts, keys                    */
	MENDER_NOBODY,	  /* time alone                                       */
};

struct problem_row {
	const char *name;	 /* exact code, for the audit record and the operator      */
	const char *public_name; /* the code the model and the customer's page may see     */
	enum problem_outcome outcome;
	enum problem_mender mender;
	bool retryable;	  /* the same call may succeed later without anybody changing anything */
	const char *text; /* safe to show to the customer                                   */
	const char *hint; /* for the operator alone                                         */
};

/* One problem of one run. Texts live in the arena it was made with; `extra` is owned: problem_clear drops it. */
struct problem {
	struct arena *arena;
	enum problem_code code;
	const char *detail; /* for the operator: what exactly was found; "" when nothing is to be added */
	const char *text;   /* replaces the row's customer text when not NULL                          */
	json_t *extra;	    /* safe to show: choices, alternatives, faulty arguments; NULL when none     */
	int status;	    /* Stripe's HTTP status; 0 when it did not come from an answer               */
	const char *stripe_type, *stripe_code, *stripe_param, *request_id; /* NULL when unknown            */
	const char *permission; /* what a restricted key lacks: "customer_read"; NULL: nothing, or unknown */
	bool outcome_unknown;	/* a write may or may not have taken effect                                  */
};

void problem_init(struct problem *p, struct arena *arena);
void problem_clear(struct problem *p); /* back to no problem; the arena is kept */
/* Replaces whatever was there. Always gives false, so that a function may end in `return problem_raise(...)`. */
bool problem_raise(struct problem *p, enum problem_code code, const char *detail, ...)
	__attribute__((format(printf, 3, 4)));
/* Attaches something safe to show; keeps a reference of its own. */
void problem_show(struct problem *p, const char *key, json_t *value);
/* The customer's sentence in place of the row's, for a problem whose sentence needs a name, a date or a link. */
void problem_say(struct problem *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
const struct problem_row *problem_row(enum problem_code code);
const char *problem_mender_name(enum problem_mender mender);

#endif
