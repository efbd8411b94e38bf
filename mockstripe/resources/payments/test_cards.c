/* SPDX-License-Identifier: MIT */
#include "resources/payments/test_cards.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* ---- refusals ---- */

/* Advice and network codes: as recorded for Visa; where no record exists, what ISO 8583 says (41 lost, 43 stolen, …).
 */
static const struct card_decline generic = {
	.code = "card_declined",
	.decline_code = "generic_decline",
	.message = "Your card was declined.",
	.advice_code = "try_again_later",
	.network_decline_code = "01",
	.reason = "generic_decline",
};
static const struct card_decline insufficient_funds = {
	.code = "card_declined",
	.decline_code = "insufficient_funds",
	.message = "Your card has insufficient funds.",
	.advice_code = "try_again_later",
	.network_decline_code = "51",
	.reason = "insufficient_funds",
};
static const struct card_decline lost_card = {
	.code = "card_declined",
	.decline_code = "lost_card",
	.message = "Your card was declined.",
	.advice_code = "do_not_try_again",
	.network_decline_code = "41",
	.reason = "lost_card",
};
static const struct card_decline stolen_card = {
	.code = "card_declined",
	.decline_code = "stolen_card",
	.message = "Your card was declined.",
	.advice_code = "do_not_try_again",
	.network_decline_code = "43",
	.reason = "stolen_card",
};
static const struct card_decline expired_card = {
	.code = "expired_card",
	.message = "Your card has expired.",
	.advice_code = "confirm_card_data",
	.network_decline_code = "54",
	.reason = "expired_card",
	.param = "exp_month",
};
static const struct card_decline incorrect_cvc = {
	.code = "incorrect_cvc",
	.message = "Your card's security code is incorrect.",
	.advice_code = "confirm_card_data",
	.network_decline_code = "N7",
	.reason = "incorrect_cvc",
	.param = "cvc",
};
static const struct card_decline processing_error = {
	.code = "processing_error",
	.message = "An error occurred while processing your card. Try again in a little bit.",
	.advice_code = "try_again_later",
	.network_decline_code = "06",
	.reason = "processing_error",
};
static const struct card_decline velocity_exceeded = {
	.code = "card_declined",
	.decline_code = "card_velocity_exceeded",
	.message = "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
	.advice_code = "try_again_later",
	.network_decline_code = "65",
	.reason = "card_velocity_exceeded",
};
static const struct card_decline too_risky = {
	.code = "card_declined",
	.decline_code = "fraudulent",
	.message = "Your card was declined.",
	.reason = "highest_risk_level",
	.blocked = true,
};
const struct card_decline decline_authentication_required = {
	.code = "authentication_required",
	.decline_code = "authentication_required",
	.message = "Your card was declined. This transaction requires authentication.",
	.network_decline_code = "1A",
	.reason = "authentication_required",
};

/* ---- cards ---- */

#define VISA(name_, number_, ...)                                                                                      \
	{                                                                                                              \
		.name = name_, .number = number_, .brand = "visa", .funding = "credit", .country = "US", __VA_ARGS__   \
	}
#define COUNTRY(name_, number_, country_)                                                                              \
	{                                                                                                              \
		.name = name_, .number = number_, .brand = "visa", .funding = "credit", .country = country_            \
	}

static const struct test_card cards[] = {
	/* by brand */
	{ .name = "visa", .number = "4242424242424242", .brand = "visa", .funding = "credit", .country = "US" },
	{ .name = "visa_debit", .number = "4000056655665556", .brand = "visa", .funding = "debit", .country = "US" },
	{ .name = "mastercard",
		.number = "5555555555554444",
		.brand = "mastercard",
		.funding = "credit",
		.country = "US" },
	{ .number = "2223003122003222", .brand = "mastercard", .funding = "credit", .country = "US" },
	{ .name = "mastercard_debit",
		.number = "5200828282828210",
		.brand = "mastercard",
		.funding = "debit",
		.country = "US" },
	{ .name = "mastercard_prepaid",
		.number = "5105105105105100",
		.brand = "mastercard",
		.funding = "prepaid",
		.country = "US" },
	{ .name = "amex", .number = "378282246310005", .brand = "amex", .funding = "credit", .country = "US" },
	{ .number = "371449635398431", .brand = "amex", .funding = "credit", .country = "US" },
	{ .name = "discover", .number = "6011111111111117", .brand = "discover", .funding = "credit", .country = "US" },
	{ .number = "6011000990139424", .brand = "discover", .funding = "credit", .country = "US" },
	{ .number = "6011981111111113", .brand = "discover", .funding = "debit", .country = "US" },
	{ .name = "diners", .number = "3056930009020004", .brand = "diners", .funding = "credit", .country = "US" },
	{ .number = "36227206271667", .brand = "diners", .funding = "credit", .country = "US" },
	{ .name = "jcb", .number = "3566002020360505", .brand = "jcb", .funding = "credit", .country = "JP" },
	{ .name = "unionpay", .number = "6200000000000005", .brand = "unionpay", .funding = "credit", .country = "CN" },
	{ .number = "6200000000000047", .brand = "unionpay", .funding = "debit", .country = "CN" },
	{ .number = "6205500000000000004", .brand = "unionpay", .funding = "credit", .country = "CN" },
	VISA("bypassPending", "4000000000000077", .available_at_once = true),

	/* by country; "us" is the ordinary Visa card by another name */
	COUNTRY("us", "4242424242424242", "US"),
	COUNTRY("ar", "4000000320000021", "AR"),
	COUNTRY("br", "4000000760000002", "BR"),
	COUNTRY("ca", "4000001240000000", "CA"),
	COUNTRY("cl", "4000001520000001", "CL"),
	COUNTRY("co", "4000001700000003", "CO"),
	COUNTRY("cr", "4000001880000005", "CR"),
	COUNTRY("ec", "4000002180000000", "EC"),
	COUNTRY("mx", "4000004840008001", "MX"),
	COUNTRY("pa", "4000005910000000", "PA"),
	COUNTRY("py", "4000006000000066", "PY"),
	COUNTRY("pe", "4000006040000068", "PE"),
	COUNTRY("uy", "4000008580000003", "UY"),
	COUNTRY("ae", "4000007840000001", "AE"),
	COUNTRY("at", "4000000400000008", "AT"),
	COUNTRY("be", "4000000560000004", "BE"),
	COUNTRY("bg", "4000001000000000", "BG"),
	COUNTRY("by", "4000001120000005", "BY"),
	COUNTRY("hr", "4000001910000009", "HR"),
	COUNTRY("cy", "4000001960000008", "CY"),
	COUNTRY("cz", "4000002030000002", "CZ"),
	COUNTRY("dk", "4000002080000001", "DK"),
	COUNTRY("ee", "4000002330000009", "EE"),
	COUNTRY("fi", "4000002460000001", "FI"),
	COUNTRY("fr", "4000002500000003", "FR"),
	COUNTRY("de", "4000002760000016", "DE"),
	COUNTRY("gi", "4000002920000005", "GI"),
	COUNTRY("gr", "4000003000000030", "GR"),
	COUNTRY("hu", "4000003480000005", "HU"),
	COUNTRY("ie", "4000003720000005", "IE"),
	COUNTRY("it", "4000003800000008", "IT"),
	COUNTRY("lv", "4000004280000005", "LV"),
	COUNTRY("li", "4000004380000004", "LI"),
	COUNTRY("lt", "4000004400000000", "LT"),
	COUNTRY("lu", "4000004420000006", "LU"),
	COUNTRY("mt", "4000004700000007", "MT"),
	COUNTRY("nl", "4000005280000002", "NL"),
	COUNTRY("no", "4000005780000007", "NO"),
	COUNTRY("pl", "4000006160000005", "PL"),
	COUNTRY("pt", "4000006200000007", "PT"),
	COUNTRY("ro", "4000006420000001", "RO"),
	COUNTRY("sa", "4000006820000007", "SA"),
	COUNTRY("si", "4000007050000006", "SI"),
	COUNTRY("sk", "4000007030000001", "SK"),
	COUNTRY("es", "4000007240000007", "ES"),
	COUNTRY("se", "4000007520000008", "SE"),
	COUNTRY("ch", "4000007560000009", "CH"),
	COUNTRY("gb", "4000008260000000", "GB"),
	{ .name = "gb_debit", .number = "4000058260000005", .brand = "visa", .funding = "debit", .country = "GB" },
	{ .name = "gb_mastercard",
		.number = "5555558265554449",
		.brand = "mastercard",
		.funding = "credit",
		.country = "GB" },
	COUNTRY("au", "4000000360000006", "AU"),
	COUNTRY("cn", "4000001560000002", "CN"),
	COUNTRY("hk", "4000003440000004", "HK"),
	COUNTRY("in", "4000003560000008", "IN"),
	COUNTRY("jp", "4000003920000003", "JP"),
	{ .name = "jp_jcb", .number = "3530111333300000", .brand = "jcb", .funding = "credit", .country = "JP" },
	COUNTRY("my", "4000004580000002", "MY"),
	COUNTRY("nz", "4000005540000008", "NZ"),
	COUNTRY("sg", "4000007020000003", "SG"),
	COUNTRY("tw", "4000001580000008", "TW"),
	COUNTRY("th_credit", "4000007640000003", "TH"),
	{ .name = "th_debit", .number = "4000057640000008", .brand = "visa", .funding = "debit", .country = "TH" },

	/* refused */
	VISA("visa_chargeDeclined", "4000000000000002", .decline = &generic),
	VISA("visa_chargeDeclinedInsufficientFunds", "4000000000009995", .decline = &insufficient_funds),
	VISA("visa_chargeDeclinedLostCard", "4000000000009987", .decline = &lost_card),
	VISA("visa_chargeDeclinedStolenCard", "4000000000009979", .decline = &stolen_card),
	VISA("chargeDeclinedExpiredCard", "4000000000000069", .decline = &expired_card),
	VISA("chargeDeclinedIncorrectCvc", "4000000000000127", .decline = &incorrect_cvc, .cvc_check = "fail"),
	VISA("chargeDeclinedProcessingError", "4000000000000119", .decline = &processing_error),
	VISA("visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", .decline = &velocity_exceeded),
	VISA("chargeDeclinedFraudulent", "4100000000000019", .decline = &too_risky, .risk = RISK_HIGHEST,
		.attaches = true),
	VISA("radarBlock", "4100000000000019", .decline = &too_risky, .risk = RISK_HIGHEST, .attaches = true),
	/* Radar's rule "block if the risk is highest" is on in every new account, so this one is refused too. */
	VISA("riskLevelHighest", "4000000000004954", .decline = &too_risky, .risk = RISK_HIGHEST, .attaches = true),
	VISA("riskLevelElevated", "4000000000009235", .risk = RISK_ELEVATED),
	VISA("chargeCustomerFail", "4000000000000341", .decline = &generic, .attaches = true),
	VISA("visa_chargeCustomerFailLostCard", "4000000000000341", .decline = &lost_card, .attaches = true),
	VISA("visa_chargeCustomerFailStolenCard", "4000000000000341", .decline = &stolen_card, .attaches = true),

	/* checks that fail while the charge succeeds */
	VISA("cvcCheckFail", "4000000000000101", .cvc_check = "fail"),
	VISA("avsFail", "4000000000000010", .line1_check = "fail", .postal_check = "fail"),
	VISA("avsLine1Fail", "4000000000000028", .line1_check = "fail", .postal_check = "pass"),
	VISA("avsZipFail", "4000000000000036", .line1_check = "pass", .postal_check = "fail"),
	VISA("avsUnavailable", "4000000000000044", .line1_check = "unavailable", .postal_check = "unavailable"),

	/* 3-D Secure */
	VISA("authenticationRequired", "4000002500003155", .asks = ASKS_UNTIL_SET_UP),
	VISA("authenticationRequiredOnSetup", "4000002760003184", .asks = ASKS_ALWAYS),
	VISA("authenticationRequiredSetupForOffSession", "4000003800000446", .asks = ASKS_UNTIL_SET_UP, .set_up = true),
	VISA("authenticationRequiredChargeDeclinedInsufficientFunds", "4000008260003178", .asks = ASKS_ALWAYS,
		.decline = &insufficient_funds, .attaches = true),
	VISA("threeDSecure2Required", "4000000000003220", .asks = ASKS_ALWAYS),
	VISA("threeDSecureRequired", "4000000000003063", .asks = ASKS_ALWAYS),
	VISA("threeDSecureRequiredChargeDeclined", "4000008400001629", .asks = ASKS_ALWAYS, .decline = &generic,
		.attaches = true),
	/* The look-up for 3-D Secure fails: declined where it is required, paid without it where it is not. */
	VISA("threeDSecureRequiredProcessingError", "4000008400001280", .decline = &generic, .attaches = true),
	VISA("threeDSecureOptionalProcessingError", "4000000000003097", .no_three_d_secure = false),
	VISA("threeDSecureOptional", "4000000000003055", .no_three_d_secure = false),
	{ .name = "amex_threeDSecureNotSupported",
		.number = "378282246310005",
		.brand = "amex",
		.funding = "credit",
		.country = "US",
		.no_three_d_secure = true },

	/* refunds and disputes */
	VISA("pendingRefund", "4000000000007726", .refund = REFUND_PENDING_FIRST),
	VISA("refundFail", "4000000000005126", .refund = REFUND_FAILS_LATER),
	VISA("createDispute", "4000000000000259", .dispute = DISPUTE_CHARGEBACK, .dispute_reason = "fraudulent",
		.network_reason = "10.4"),
	VISA("createDisputeProductNotReceived", "4000000000002685", .dispute = DISPUTE_CHARGEBACK,
		.dispute_reason = "product_not_received", .network_reason = "13.1"),
	VISA("createDisputeInquiry", "4000000000001976", .dispute = DISPUTE_INQUIRY, .dispute_reason = "fraudulent",
		.network_reason = "10.4"),
	VISA("createIssuerFraudRecord", "4000000000005423", .dispute = DISPUTE_WARNING),
	VISA("createMultipleDisputes", "4000004040000079", .dispute = DISPUTE_TWICE, .dispute_reason = "fraudulent",
		.network_reason = "10.4"),
};

size_t test_card_count(void)
{
	return COUNT_OF(cards);
}

const struct test_card *test_card_at(size_t index)
{
	return &cards[index];
}

static const struct test_card *named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(cards); i++)
		if (text_is(cards[i].name, name))
			return &cards[i];
	return NULL;
}

static bool has_upper(const char *s)
{
	while (*s && !isupper((unsigned char)*s))
		s++;
	return *s != 0;
}

const struct test_card *test_card_named(const char *name)
{
	const struct test_card *card = named(name);
	char with_brand[80] = "visa_";

	if (card || !has_upper(name))
		return card;
	/* Names of behaviours were documented both with and without their brand. */
	if (!strncmp(name, "visa_", 5))
		return named(name + 5);
	if (strlen(name) >= sizeof with_brand - 5)
		return NULL;
	memcpy(with_brand + 5, name, strlen(name) + 1);
	return named(with_brand);
}

const struct test_card *test_card_numbered(const char *number)
{
	for (size_t i = 0; i < COUNT_OF(cards); i++)
		if (!strcmp(cards[i].number, number))
			return &cards[i];
	return NULL;
}

const struct test_card *test_card_like(const char *brand, const char *country, const char *last4)
{
	for (size_t i = 0; i < COUNT_OF(cards); i++)
		if ((text_is(cards[i].brand, brand) || text_is(brand_title(cards[i].brand), brand)) &&
			text_is(cards[i].country, country) &&
			text_is(cards[i].number + strlen(cards[i].number) - 4, last4))
			return &cards[i];
	return &cards[0];
}

const char *test_card_key(const struct test_card *card)
{
	return card->name ? card->name : card->number;
}

const struct test_card *test_card_of_key(const char *key)
{
	return !key ? NULL : isdigit((unsigned char)*key) ? test_card_numbered(key) : named(key);
}

/* ---- brands and numbers ---- */

static const struct {
	const char *brand, *title, *display;
} brands[] = {
	{ "visa", "Visa", "visa" },
	{ "mastercard", "MasterCard", "mastercard" },
	{ "amex", "American Express", "american_express" },
	{ "discover", "Discover", "discover" },
	{ "diners", "Diners Club", "diners_club" },
	{ "jcb", "JCB", "jcb" },
	{ "unionpay", "UnionPay", "union_pay" },
};

const char *brand_title(const char *brand)
{
	for (size_t i = 0; i < COUNT_OF(brands); i++)
		if (!strcmp(brands[i].brand, brand))
			return brands[i].title;
	return "Unknown";
}

const char *brand_display(const char *brand)
{
	for (size_t i = 0; i < COUNT_OF(brands); i++)
		if (!strcmp(brands[i].brand, brand))
			return brands[i].display;
	return "other";
}

bool card_number_is_whole(const char *number)
{
	size_t length = strlen(number);
	unsigned sum = 0;

	if (length < 12 || length > 19 || strspn(number, "0123456789") != length)
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned digit = (unsigned)(number[length - 1 - i] - '0');

		if (i % 2)
			digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
		sum += digit;
	}
	return sum % 10 == 0;
}
