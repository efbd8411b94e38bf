/* SPDX-License-Identifier: MIT */
#include "actions/core/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#define SIGN_IN "Please sign in, then ask me again."
#define NOT_LINKED "I couldn't find a billing account linked to your profile. Our team can link it for you."
#define NO_ACCOUNT "I couldn't find your billing account. Our team can look into it."
#define NOT_HERE "I can't do that here. I can pass you on to our team."
#define NO_BILLING "I can't reach billing right now. I can pass you on to our team."
#define TROUBLE "There is a temporary problem reaching billing, so nothing was changed. Please try again in a minute."
#define BAD_INPUT "Something in that request wasn't clear. Could you say it again with the details?"
#define ASK_AGAIN "That change is no longer the one you confirmed, so nothing was changed. Please look at it again."

static const struct problem_row rows[PROBLEM_COUNT] = {
	[PROBLEM_NONE] = { "none", "none", OUTCOME_ERROR, MENDER_NOBODY, false, "", "" },

	[PROBLEM_ACTION_NOT_FOUND] = { "action_not_found", "action_not_found", OUTCOME_REFUSED, MENDER_ASSISTANT, false,
		NOT_HERE, "No action of this name is configured; names must match exactly." },
	[PROBLEM_ACTION_DISABLED] = { "action_disabled", "action_disabled", OUTCOME_REFUSED, MENDER_OPERATOR, false,
		NOT_HERE, "Set \"enabled\": true on the action and check the rest of its configuration." },
	[PROBLEM_ENVIRONMENT_UNSUPPORTED] = { "environment_unsupported", "environment_unsupported", OUTCOME_REFUSED,
		MENDER_OPERATOR, false, NOT_HERE,
		"Billing actions run in the environments widget and api; playground, preview and compare are refused. "
		"Test in "
		"the real embed." },
	[PROBLEM_ARGUMENTS_INVALID] = { "arguments_invalid", "arguments_invalid", OUTCOME_REFUSED, MENDER_ASSISTANT,
		false, BAD_INPUT, "The arguments do not satisfy the action's schema; see the list of faults." },
	[PROBLEM_FIELD_NOT_ALLOWED] = { "field_not_allowed", "field_not_allowed", OUTCOME_REFUSED, MENDER_OPERATOR,
		false, "I'm not able to change that detail. Our team can do it for you.",
		"Only the fields listed under billing_fields may be changed." },

	[PROBLEM_IDENTITY_REQUIRED] = { "identity_required", "identity_required", OUTCOME_NEEDS_VERIFICATION,
		MENDER_CUSTOMER, false, SIGN_IN,
		"No identity was presented. Check that the page calls identify, and calls it before the chat opens." },
	[PROBLEM_IDENTITY_HASH_MALFORMED] = { "identity_hash_malformed", "identity_required",
		OUTCOME_NEEDS_VERIFICATION, MENDER_OPERATOR, false, SIGN_IN,
		"The user hash must be the HMAC-SHA256 of the user id, as exactly 64 lower-case hexadecimal digits." },
	[PROBLEM_IDENTITY_HASH_MISMATCH] = { "identity_hash_mismatch", "identity_required", OUTCOME_NEEDS_VERIFICATION,
		MENDER_OPERATOR, false, SIGN_IN,
		"Compute HMAC-SHA256 (not plain SHA-256) over the UTF-8 user id that is sent, with this agent's "
		"secret." },
	[PROBLEM_IDENTITY_TOKEN_MALFORMED] = { "identity_token_malformed", "identity_required",
		OUTCOME_NEEDS_VERIFICATION, MENDER_OPERATOR, false, SIGN_IN,
		"The token must be a compact JWS: three base64url parts without padding, at most 8 KB, no repeated "
		"keys." },
	[PROBLEM_IDENTITY_TOKEN_ALGORITHM] = { "identity_token_algorithm", "identity_required",
		OUTCOME_NEEDS_VERIFICATION, MENDER_OPERATOR, false, SIGN_IN,
		"Sign with HS256; every other algorithm and header extension is refused." },
	[PROBLEM_IDENTITY_TOKEN_SIGNATURE] = { "identity_token_signature", "identity_required",
		OUTCOME_NEEDS_VERIFICATION, MENDER_OPERATOR, false, SIGN_IN,
		"The signature fits none of this agent's secrets. Another agent's secret, or one that was rotated "
		"away?" },
	[PROBLEM_IDENTITY_TOKEN_EXPIRED] = { "identity_token_expired", "identity_required", OUTCOME_NEEDS_VERIFICATION,
		MENDER_CUSTOMER, false, SIGN_IN,
		"Make a fresh token on page load, and check the clock of your server." },
	[PROBLEM_IDENTITY_TOKEN_NOT_YET_VALID] = { "identity_token_not_yet_valid", "identity_required",
		OUTCOME_NEEDS_VERIFICATION, MENDER_OPERATOR, true, SIGN_IN,
		"nbf or iat lies in the future. Check the clock of your server." },
	[PROBLEM_IDENTITY_TOKEN_LIFETIME] = { "identity_token_lifetime", "identity_required",
		OUTCOME_NEEDS_VERIFICATION, MENDER_OPERATOR, false, SIGN_IN,
		"exp is required and may lie at most 24 hours after the token was issued." },
	[PROBLEM_IDENTITY_TOKEN_REPLAYED] = { "identity_token_replayed", "identity_required",
		OUTCOME_NEEDS_VERIFICATION, MENDER_OPERATOR, false, SIGN_IN,
		"identity.single_use_tokens is on and this token was used before. Make a token for each page, with a "
		"jti of "
		"its own, and send the session that identify gives in its place." },
	[PROBLEM_IDENTITY_USER_ID_INVALID] = { "identity_user_id_invalid", "identity_required",
		OUTCOME_NEEDS_VERIFICATION, MENDER_OPERATOR, false, SIGN_IN,
		"user_id (or sub) must be a JSON string of 1 to 256 bytes." },
	[PROBLEM_IDENTITY_METHOD_OFF] = { "identity_method_off", "identity_required", OUTCOME_NEEDS_VERIFICATION,
		MENDER_OPERATOR, false, SIGN_IN,
		"This way of proving identity is switched off under identity.methods." },

	[PROBLEM_STEP_UP_REQUIRED] = { "step_up_required", "step_up_required", OUTCOME_NEEDS_VERIFICATION,
		MENDER_CUSTOMER, false,
		"To be sure that it is you, I've sent a code to the e-mail address of your billing account. Please "
		"enter it, "
		"then ask me again.",
		"step_up.for asks for a code here. The page sends it to /v1/verify, and calls again." },
	[PROBLEM_STEP_UP_SPENT] = { "step_up_spent", "step_up_spent", OUTCOME_REFUSED, MENDER_NOBODY, false,
		"Too many codes were asked for. Please try again in an hour.",
		"Five codes an hour are sent for one contact and conversation, and each is good for three tries." },
	[PROBLEM_STEP_UP_UNAVAILABLE] = { "step_up_unavailable", "step_up_unavailable", OUTCOME_REFUSED,
		MENDER_OPERATOR, false, "I can't check that it is you right now. Our team can do it for you.",
		"The customer has no e-mail address, or step_up.deliver.url did not take the code." },

	[PROBLEM_CONTACT_NOT_FOUND] = { "contact_not_found", "billing_not_linked", OUTCOME_REFUSED, MENDER_OPERATOR,
		false, NOT_LINKED, "Create a contact whose external_id equals the user id exactly, case included." },
	[PROBLEM_CONTACT_STRIPE_ACCOUNT_MISSING] = { "contact_stripe_account_missing", "billing_not_linked",
		OUTCOME_REFUSED, MENDER_OPERATOR, false, NOT_LINKED,
		"Give the contact a stripe_accounts entry {label, stripe_id}." },
	[PROBLEM_CONTACT_STRIPE_ACCOUNT_INVALID] = { "contact_stripe_account_invalid", "billing_not_linked",
		OUTCOME_REFUSED, MENDER_OPERATOR, false, NOT_LINKED,
		"Correct the contact's stripe_accounts: a label, and a stripe_id that begins with cus_." },
	[PROBLEM_CONTACT_STRIPE_ACCOUNT_AMBIGUOUS] = { "contact_stripe_account_ambiguous", "billing_not_linked",
		OUTCOME_REFUSED, MENDER_OPERATOR, false, NOT_LINKED,
		"The entry names an e-mail address that no customer or several customers have; store the stripe_id." },
	[PROBLEM_ACCOUNT_CHOICE] = { "account_choice", "account_choice", OUTCOME_NEEDS_CHOICE, MENDER_CUSTOMER, false,
		"You have several billing accounts. Which one do you mean?",
		"The contact has several accounts; call again "
		"with one of the labels as \"account\"." },
	[PROBLEM_SUBSCRIPTION_CHOICE] = { "subscription_choice", "subscription_choice", OUTCOME_NEEDS_CHOICE,
		MENDER_CUSTOMER, false, "You have several subscriptions. Which one do you mean?",
		"The customer has several subscriptions; call again with one of the handles as \"subscription\"." },
	[PROBLEM_RESOURCE_NOT_FOUND] = { "resource_not_found", "resource_not_found", OUTCOME_REFUSED, MENDER_ASSISTANT,
		false, "I couldn't find that on your billing account.",
		"No such object belongs to this customer. Objects of other customers get the same answer." },
	[PROBLEM_NO_SUBSCRIPTIONS] = { "no_subscriptions", "no_subscriptions", OUTCOME_REFUSED, MENDER_CUSTOMER, false,
		"You have no subscription that this could apply to.",
		"Check that the customer has the relevant data." },

	[PROBLEM_PLAN_NOT_AVAILABLE] = { "plan_not_available", "plan_not_available", OUTCOME_REFUSED, MENDER_ASSISTANT,
		false, "That plan isn't available.",
		"The key is not in the plan catalogue, or its price is not active." },
	[PROBLEM_PLAN_CURRENCY_MISMATCH] = { "plan_currency_mismatch", "plan_currency_mismatch", OUTCOME_REFUSED,
		MENDER_OPERATOR, false, "That plan isn't offered in the currency of your subscription.",
		"Add a price in the subscription's currency to the plan." },
	[PROBLEM_PLAN_INTERVAL_UNAVAILABLE] = { "plan_interval_unavailable", "plan_interval_unavailable",
		OUTCOME_REFUSED, MENDER_ASSISTANT, false, "That plan isn't offered for that billing period.",
		"Add a price with this interval to the plan." },
	[PROBLEM_QUANTITY_OUT_OF_RANGE] = { "quantity_out_of_range", "quantity_out_of_range", OUTCOME_REFUSED,
		MENDER_ASSISTANT, false, "That quantity isn't possible for this plan.",
		"The plan's quantity limits are in the catalogue." },
	[PROBLEM_SUBSCRIPTION_SCHEDULED] = { "subscription_scheduled", "subscription_scheduled", OUTCOME_REFUSED,
		MENDER_OPERATOR, false,
		"A change is already scheduled for this subscription. Our team can adjust it for you.",
		"The subscription is managed by a schedule; edit or release the schedule first." },
	[PROBLEM_SUBSCRIPTION_UNSUPPORTED_SHAPE] = { "subscription_unsupported_shape", "subscription_unsupported_shape",
		OUTCOME_REFUSED, MENDER_OPERATOR, false,
		"This subscription has a special set-up that I can't change. Our team can do it for you.",
		"Only subscriptions with one licensed item can be changed here." },
	[PROBLEM_CHANGE_PENDING_PAYMENT] = { "change_pending_payment", "change_pending_payment", OUTCOME_REFUSED,
		MENDER_CUSTOMER, false,
		"An earlier change is still waiting for its payment. Please complete that first.",
		"The subscription has a pending_update." },
	[PROBLEM_STATUS_BLOCKS_CHANGE] = { "policy_status_blocks_change", "policy_status_blocks_change",
		OUTCOME_REFUSED, MENDER_CUSTOMER, false, "This subscription can't be changed in its present state.",
		"The subscription's status does not allow this operation." },
	[PROBLEM_CANCEL_NOT_OFFERED] = { "cancel_not_offered", "cancel_not_offered", OUTCOME_REFUSED, MENDER_OPERATOR,
		false, "I can't cancel that here. Our team will help you with it.",
		"cancellation_policy does not offer this kind of cancellation." },
	[PROBLEM_UNDO_NOT_OFFERED] = { "undo_not_offered", "undo_not_offered", OUTCOME_REFUSED, MENDER_OPERATOR, false,
		"I can't take that back here. Our team will help you with it.",
		"cancellation_policy.undo_enabled is false, or there is no pending cancellation to take back." },
	[PROBLEM_OFFER_UNAVAILABLE] = { "offer_unavailable", "offer_unavailable", OUTCOME_REFUSED, MENDER_OPERATOR,
		false, "That offer isn't available.",
		"No such offer is configured, or its coupon is no longer valid." },
	[PROBLEM_OFFER_NOT_ELIGIBLE] = { "offer_not_eligible", "offer_not_eligible", OUTCOME_REFUSED, MENDER_NOBODY,
		false, "That offer isn't available.",
		"The caps under retention and limits, or the subscription's state, rule the offer out." },
	[PROBLEM_PAYMENT_METHOD_NOT_OFFERED] = { "payment_method_not_offered", "payment_method_not_offered",
		OUTCOME_REFUSED, MENDER_OPERATOR, false,
		"I can't change payment methods here. Our team will help you with it.",
		"Set payment_method.mode to portal_link or setup_intent." },
	[PROBLEM_PORTAL_NOT_CONFIGURED] = { "portal_not_configured", "billing_unavailable", OUTCOME_ERROR,
		MENDER_OPERATOR, false, NO_BILLING,
		"Save the customer portal's settings in the dashboard, in the mode of the key." },
	[PROBLEM_TAX_ID_INVALID] = { "tax_id_invalid", "tax_id_invalid", OUTCOME_REFUSED, MENDER_CUSTOMER, false,
		"That tax number doesn't look right. Could you check it?",
		"The number does not have the form of its type, or Stripe refused it." },
	[PROBLEM_BILLING_ADDRESS_INVALID] = { "billing_address_invalid", "billing_address_invalid", OUTCOME_REFUSED,
		MENDER_CUSTOMER, false, "That address doesn't look complete. Could you check it?",
		"See the faulty part of the address." },
	[PROBLEM_EMAIL_INVALID] = { "email_invalid", "email_invalid", OUTCOME_REFUSED, MENDER_CUSTOMER, false,
		"That e-mail address doesn't look right. Could you check it?", "The address has no valid syntax." },
	[PROBLEM_PHONE_INVALID] = { "phone_invalid", "phone_invalid", OUTCOME_REFUSED, MENDER_CUSTOMER, false,
		"That phone number doesn't look right. Could you give it with its country code, such as +1 555 123 "
		"4567?",
		"Phone numbers are taken in international form, + and 7 to 15 digits." },

	[PROBLEM_NEEDS_CONFIRMATION] = { "needs_confirmation", "needs_confirmation", OUTCOME_NEEDS_CONFIRMATION,
		MENDER_CUSTOMER, false, "Please confirm.", "Call again with the same arguments and the confirmation." },
	[PROBLEM_PROPOSAL_EXPIRED] = { "proposal_expired", "proposal_expired", OUTCOME_REFUSED, MENDER_ASSISTANT, false,
		"That took a while, so nothing was changed. Please look at the change again.",
		"The confirmation is older than confirmation.ttl_seconds." },
	[PROBLEM_PROPOSAL_CONSUMED] = { "proposal_consumed", "proposal_consumed", OUTCOME_REFUSED, MENDER_ASSISTANT,
		false, "That confirmation was used already.", "A confirmation works once." },
	[PROBLEM_PROPOSAL_MISMATCH] = { "proposal_mismatch", "proposal_mismatch", OUTCOME_REFUSED, MENDER_ASSISTANT,
		false, ASK_AGAIN,
		"The confirmation was made for other arguments, another action or another customer." },
	[PROBLEM_PROPOSAL_STALE] = { "proposal_stale", "proposal_stale", OUTCOME_REFUSED, MENDER_ASSISTANT, false,
		ASK_AGAIN, "What the change would do has moved since it was proposed; propose it again." },

	[PROBLEM_STRIPE_CUSTOMER_NOT_FOUND] = { "stripe_customer_not_found", "billing_account_unavailable",
		OUTCOME_REFUSED, MENDER_OPERATOR, false, NO_ACCOUNT,
		"The contact's stripe_id is unknown to Stripe. Check the id and the mode (test or live) of the key." },
	[PROBLEM_STRIPE_CUSTOMER_DELETED] = { "stripe_customer_deleted", "billing_account_unavailable", OUTCOME_REFUSED,
		MENDER_OPERATOR, false, NO_ACCOUNT,
		"The Stripe customer was deleted; link the contact to a live one." },
	[PROBLEM_STRIPE_CUSTOMER_WRONG_MODE] = { "stripe_customer_wrong_mode", "billing_account_unavailable",
		OUTCOME_REFUSED, MENDER_OPERATOR, false, NO_ACCOUNT,
		"The customer exists in the other mode: a test key with a live id, or the reverse." },
	[PROBLEM_STRIPE_KEY_INVALID] = { "stripe_key_invalid", "billing_unavailable", OUTCOME_ERROR, MENDER_OPERATOR,
		false, NO_BILLING, "Stripe does not accept the key under stripe.api_key." },
	[PROBLEM_STRIPE_KEY_EXPIRED] = { "stripe_key_expired", "billing_unavailable", OUTCOME_ERROR, MENDER_OPERATOR,
		false, NO_BILLING, "The key under stripe.api_key has expired; make a new restricted key." },
	[PROBLEM_STRIPE_PERMISSION_DENIED] = { "stripe_permission_denied", "billing_unavailable", OUTCOME_ERROR,
		MENDER_OPERATOR, false, NO_BILLING,
		"The restricted key lacks a permission; grant it in the dashboard." },
	[PROBLEM_STRIPE_UNREACHABLE] = { "stripe_unreachable", "billing_unreachable", OUTCOME_ERROR, MENDER_NOBODY,
		true, TROUBLE, "No connection to stripe.base_url. Test it directly, for example with curl." },
	[PROBLEM_STRIPE_TIMEOUT] = { "stripe_timeout", "billing_unreachable", OUTCOME_ERROR, MENDER_NOBODY, true,
		TROUBLE, "Stripe did not answer within stripe.timeout_ms." },
	[PROBLEM_STRIPE_BAD_RESPONSE] = { "stripe_bad_response", "billing_unreachable", OUTCOME_ERROR, MENDER_NOBODY,
		true, TROUBLE, "The answer was cut off or is not what Stripe's API sends. Is a proxy in between?" },
	[PROBLEM_STRIPE_SERVER_ERROR] = { "stripe_server_error", "billing_unreachable", OUTCOME_ERROR, MENDER_NOBODY,
		true, TROUBLE, "Stripe answered with a server error." },
	[PROBLEM_STRIPE_RATE_LIMITED] = { "stripe_rate_limited", "billing_busy", OUTCOME_ERROR, MENDER_NOBODY, true,
		TROUBLE, "Stripe refused because of too many requests." },
	[PROBLEM_STRIPE_BUSY] = { "stripe_busy", "billing_busy", OUTCOME_ERROR, MENDER_NOBODY, true, TROUBLE,
		"Another request is changing the same object." },
	[PROBLEM_STRIPE_REJECTED] = { "stripe_rejected", "billing_rejected", OUTCOME_ERROR, MENDER_OPERATOR, false,
		"Billing didn't accept that, so nothing was changed. I can pass you on to our team.",
		"Stripe refused the request; see its code, parameter and request id." },
	[PROBLEM_PAYMENT_DECLINED] = { "payment_declined", "payment_declined", OUTCOME_REFUSED, MENDER_CUSTOMER, false,
		"The payment didn't go through, so nothing was changed. Please try another payment method.",
		"The payment was declined; the decline code is not for the customer." },
	[PROBLEM_PAYMENT_ACTION_REQUIRED] = { "payment_action_required", "payment_action_required", OUTCOME_REFUSED,
		MENDER_CUSTOMER, false, "Your bank wants you to approve this payment before the change can happen.",
		"The payment needs authentication by the customer (3-D Secure)." },
	[PROBLEM_PAYMENT_METHOD_MISSING] = { "payment_method_missing", "payment_method_missing", OUTCOME_REFUSED,
		MENDER_CUSTOMER, false,
		"There is no payment method on file, so nothing was changed. Please add one first.",
		"The customer has no default payment method." },
	[PROBLEM_OUTCOME_UNKNOWN] = { "outcome_unknown", "outcome_unknown", OUTCOME_ERROR, MENDER_OPERATOR, false,
		"I couldn't see whether that change went through. Please check again in a minute before trying it once "
		"more.",
		"The write was sent and no trustworthy answer came back; compare the object with the audit record." },
	[PROBLEM_AUDIT_UNAVAILABLE] = { "audit_unavailable", "billing_unavailable", OUTCOME_ERROR, MENDER_OPERATOR,
		true, NO_BILLING, "The audit record could not be written, and no change is made without one." },
	[PROBLEM_STORE_UNAVAILABLE] = { "store_unavailable", "billing_unavailable", OUTCOME_ERROR, MENDER_OPERATOR,
		true, NO_BILLING,
		"The file under store.file cannot be read or written: space, rights, or another process?" },
	[PROBLEM_RATE_LIMITED] = { "rate_limited", "rate_limited", OUTCOME_REFUSED, MENDER_NOBODY, true,
		"That was a lot at once. Please try again a little later.",
		"The contact ran this action more often than limits allows." },
	[PROBLEM_ONE_WRITE_PER_TURN] = { "one_write_per_turn", "one_write_per_turn", OUTCOME_REFUSED, MENDER_ASSISTANT,
		false, "I made one change already; let's look at it before we go on with the next.",
		"One turn of a conversation changes one thing; the second write of a turn is refused." },
};

void problem_init(struct problem *p, struct arena *arena)
{
	memset(p, 0, sizeof(*p));
	p->arena = arena;
	p->detail = "";
}

void problem_clear(struct problem *p)
{
	struct arena *arena = p->arena;

	json_decref(p->extra);
	problem_init(p, arena);
}

__attribute__((format(printf, 2, 0))) static char *format_into(struct arena *arena, const char *format, va_list args)
{
	struct text text;
	char *copy;
	va_list again;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		die("a message could not be formatted");
	text_init(&text, TEXT_NO_CEILING);
	vsnprintf(text_room(&text, (size_t)length + 1), (size_t)length + 1, format, args);
	copy = arena_range(arena, text.data, (size_t)length);
	text_clear(&text);
	return copy;
}

bool problem_raise(struct problem *p, enum problem_code code, const char *detail, ...)
{
	va_list args;

	problem_clear(p);
	p->code = code;
	va_start(args, detail);
	p->detail = format_into(p->arena, detail, args);
	va_end(args);
	return false;
}

void problem_show(struct problem *p, const char *key, json_t *value)
{
	if (!p->extra)
		p->extra = json_object();
	js_put(p->extra, key, value);
}

void problem_say(struct problem *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	p->text = format_into(p->arena, format, args);
	va_end(args);
}

const struct problem_row *problem_row(enum problem_code code)
{
	if ((unsigned)code >= PROBLEM_COUNT)
		die("no problem has the number %d", (int)code);
	return &rows[code];
}

const char *problem_mender_name(enum problem_mender mender)
{
	static const char *const names[] = { "customer", "assistant", "operator", "nobody" };

	return names[mender];
}
