/* SPDX-License-Identifier: MIT */
#include "resources/payments/test_banks.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define SECONDS 5 /* what the quick ones take: an immediate answer, but never within the call itself */
#define THREE_MINUTES 180

/* ---- why a debit fails ---- */

static const struct debit_failure no_account = { "no_account", "The customer's bank account could not be located." };
static const struct debit_failure account_closed = { "account_closed", "The customer's bank account has been closed." };
static const struct debit_failure insufficient_funds = { "insufficient_funds",
	"The customer's account has insufficient funds to cover this payment." };
static const struct debit_failure not_authorized = { "debit_not_authorized",
	"The customer has notified their bank that this payment was unauthorized." };
static const struct debit_failure invalid_currency = { "invalid_currency",
	"The bank was unable to process this payment because of its currency. This can happen when the account is in "
	"another currency." };
static const struct debit_failure refer_to_customer = { "refer_to_customer",
	"The customer's bank could not process this payment. Please ask your customer to contact their bank." };
static const struct debit_failure weekly_volume = { "charge_exceeds_source_limit",
	"The payment exceeds the weekly payment volume limit of this account." };
static const struct debit_failure weekly_limit = { "charge_exceeds_weekly_limit",
	"The payment exceeds the transaction volume limit of this account." };
static const struct debit_failure transaction_limit = { "charge_exceeds_transaction_limit",
	"The payment exceeds the transaction limit of this account." };
/* The documentation names no code for the plainly failing accounts; this is the one for reasons nobody knows. */
static const struct debit_failure unknown_reason = { "generic_could_not_process",
	"The customer's bank could not process this payment." };
static const struct debit_failure too_risky = { "card_declined", "The payment was blocked as too risky." };

/* ---- the accounts ---- */

#define ACH(token_, number_, ...)                                                                                      \
	{                                                                                                              \
		.rail = "us_bank_account", .number = number_, .token = token_, __VA_ARGS__                             \
	}
#define BACS(token_, number_, ...)                                                                                     \
	{                                                                                                              \
		.rail = "bacs_debit", .number = number_, .token = token_, __VA_ARGS__                                  \
	}
#define BECS(number_, ...)                                                                                             \
	{                                                                                                              \
		.rail = "au_becs_debit", .number = number_, __VA_ARGS__                                                \
	}
#define ACSS(token_, number_, ...)                                                                                     \
	{                                                                                                              \
		.rail = "acss_debit", .number = number_, .token = token_, __VA_ARGS__                                  \
	}
#define SEPA(token_, number_, ...)                                                                                     \
	{                                                                                                              \
		.rail = "sepa_debit", .number = number_, .token = token_, __VA_ARGS__                                  \
	}

/* The eight IBANs of a country. */
#define IBANS(c, success, slow_success, failed, slow_failed, dispute, volume, weekly, insufficient)                    \
	SEPA("success_" c, success, .failure = NULL), SEPA("successDelayed_" c, slow_success, .slow = true),           \
		SEPA("failed_" c, failed, .failure = &unknown_reason),                                                 \
		SEPA("failedDelayed_" c, slow_failed, .failure = &unknown_reason, .slow = true),                       \
		SEPA("disputed_" c, dispute, .disputed = true),                                                        \
		SEPA("exceedsWeeklyVolumeLimit_" c, volume, .failure = &weekly_volume),                                \
		SEPA("exceedsWeeklyTransactionLimit_" c, weekly, .failure = &weekly_limit),                            \
		SEPA("insufficientFunds_" c, insufficient, .failure = &insufficient_funds)

static const struct test_bank banks[] = {
	ACH("usBankAccount_success", "000123456789", .failure = NULL),
	ACH("usBankAccount_accountClosed", "000111111113", .failure = &account_closed),
	ACH("usBankAccount_noAccount", "000111111116", .failure = &no_account),
	ACH("usBankAccount_insufficientFunds", "000222222227", .failure = &insufficient_funds),
	ACH("usBankAccount_debitNotAuthorized", "000333333335", .failure = &not_authorized),
	ACH("usBankAccount_invalidCurrency", "000444444440", .failure = &invalid_currency),
	ACH("usBankAccount_riskLevelHighest", "000000004954", .failure = &too_risky),
	ACH("usBankAccount_failMicrodeposits", "000666666661", .unreachable = true),
	ACH("usBankAccount_dispute", "000555555559", .disputed = true),
	ACH("usBankAccount_processing", "000000000009", .stays = true),
	ACH("usBankAccount_weeklyLimitExceeded", "000777777771", .failure = &weekly_volume),
	ACH(NULL, "000888888885", .failure = &account_closed), /* a tokenized number that is not in use any more */

	BACS("bacsDebit_success", "00012345", .failure = NULL),
	BACS("bacsDebit_successDelayed", "90012345", .slow = true),
	BACS("bacsDebit_debitNotAuthorized", "33333335", .failure = &not_authorized),
	BACS("bacsDebit_debitNotAuthorizedDelayed", "93333335", .failure = &not_authorized, .slow = true),
	BACS("bacsDebit_insufficientFunds", "22222227", .failure = &insufficient_funds),
	BACS("bacsDebit_insufficientFundsDelayed", "92222227", .failure = &insufficient_funds, .slow = true),
	BACS("bacsDebit_dispute", "55555559", .disputed = true, .slow = true),
	BACS("bacsDebit_mandateRefused", "00033333", .failure = &not_authorized),
	BACS("bacsDebit_exceedsWeeklyLimit", "34343434", .failure = &weekly_volume),
	BACS("bacsDebit_exceedsTransactionLimit", "12121212", .failure = &transaction_limit),

	BECS("000123456", .failure = NULL),
	BECS("900123456", .slow = true),
	BECS("111111113", .failure = &account_closed),
	BECS("111111116", .failure = &no_account),
	BECS("222222227", .failure = &refer_to_customer),
	BECS("922222227", .failure = &refer_to_customer, .slow = true),
	BECS("333333335", .failure = &not_authorized),

	ACSS("acssDebit_success", "000123456789", .failure = NULL),
	ACSS(NULL, "900123456789", .slow = true),
	ACSS("acssDebit_noAccount", "000111111116", .failure = &no_account),
	ACSS("acssDebit_accountClosed", "000111111113", .failure = &account_closed),
	ACSS("acssDebit_insufficientFunds", "000222222227", .failure = &insufficient_funds),
	ACSS(NULL, "900222222227", .failure = &insufficient_funds, .slow = true),
	ACSS("acssDebit_debitNotAuthorized", "000333333335", .failure = &not_authorized),
	ACSS("acssDebit_dispute", "000555555559", .disputed = true),
	ACSS(NULL, "000666666661", .unreachable = true),
	ACSS(NULL, "000777777771", .failure = &weekly_volume),
	ACSS(NULL, "000888888881", .failure = &transaction_limit),

	/* Success, slow success, failure, slow failure, dispute, weekly volume, weekly limit, insufficient funds. */
	IBANS("at", "AT611904300234573201", "AT321904300235473204", "AT861904300235473202", "AT051904300235473205",
		"AT591904300235473203", "AT981904300000343434", "AT601904300000121212", "AT981904300002222227"),
	IBANS("be", "BE62510007547061", "BE78510007547064", "BE68539007547034", "BE51510007547065", "BE08510007547063",
		"BE90510000343434", "BE52510000121212", "BE90510002222227"),
	IBANS("hr", "HR7624020064583467589", "HR6323600002337876649", "HR2725000096983499248", "HR6723600004878117427",
		"HR8724840081455523553", "HR7424020060000343434", "HR3624020060000121212", "HR7424020060002222227"),
	IBANS("ee", "EE382200221020145685", "EE222200221020145682", "EE762200221020145680", "EE922200221020145683",
		"EE492200221020145681", "EE672200000000343434", "EE292200000000121212", "EE672200000002222227"),
	IBANS("fi", "FI2112345600000785", "FI3712345600000788", "FI9112345600000786", "FI1012345600000789",
		"FI6412345600000787", "FI6712345600343434", "FI2912345600121212", "FI6712345602222227"),
	IBANS("fr", "FR1420041010050500013M02606", "FR3020041010050500013M02609", "FR8420041010050500013M02607",
		"FR7920041010050500013M02600", "FR5720041010050500013M02608", "FR9720041010050000000343434",
		"FR5920041010050000000121212", "FR9720041010050000002222227"),
	IBANS("de", "DE89370400440532013000", "DE08370400440532013003", "DE62370400440532013001",
		"DE78370400440532013004", "DE35370400440532013002", "DE65370400440000343434", "DE27370400440000121212",
		"DE65370400440002222227"),
	IBANS("gi", "GI60MPFS599327643783385", "GI08RRNW626436291644533", "GI41SAFA461293238477751",
		"GI50LROG772261344693297", "GI26KJBC361883934534696", "GI14NWBK000000000343434",
		"GI73NWBK000000000121212", "GI14NWBK000000002222227"),
	IBANS("ie", "IE29AIBK93115212345678", "IE24AIBK93115212345671", "IE02AIBK93115212345679",
		"IE94AIBK93115212345672", "IE51AIBK93115212345670", "IE10AIBK93115200343434", "IE69AIBK93115200121212",
		"IE10AIBK93115202222227"),
	IBANS("li", "LI0508800636123378777", "LI4408800387787111369", "LI1208800143823175626", "LI4908800356441975566",
		"LI7708800125525347723", "LI2408800000000343434", "LI8308800000000121212", "LI2408800000002222227"),
	IBANS("lt", "LT121000011101001000", "LT281000011101001003", "LT821000011101001001", "LT981000011101001004",
		"LT551000011101001002", "LT591000000000343434", "LT211000000000121212", "LT591000000002222227"),
	IBANS("lu", "LU280019400644750000", "LU440019400644750003", "LU980019400644750001", "LU170019400644750004",
		"LU710019400644750002", "LU900010000000343434", "LU520010000000121212", "LU900010000002222227"),
	IBANS("nl", "NL39RABO0300065264", "NL55RABO0300065267", "NL91ABNA0417164300", "NL28RABO0300065268",
		"NL82RABO0300065266", "NL27RABO0000343434", "NL86RABO0000121212", NULL),
	IBANS("no", "NO9386011117947", "NO8886011117940", "NO6686011117948", "NO6186011117941", "NO3986011117949",
		"NO0586010343434", NULL, "NO0586012222227"),
	IBANS("pt", "PT50000201231234567890154", "PT66000201231234567890157", "PT23000201231234567890155",
		"PT39000201231234567890158", "PT93000201231234567890156", "PT05000201230000000343434",
		"PT64000201230000000121212", "PT05000201230000002222227"),
	IBANS("es", "ES0700120345030000067890", "ES2300120345030000067893", "ES9121000418450200051332",
		"ES9300120345030000067894", "ES5000120345030000067892", "ES1700120345000000343434",
		"ES7600120345000000121212", "ES1700120345000002222227"),
	IBANS("se", "SE3550000000054910000003", "SE5150000000054910000006", "SE0850000000054910000004",
		"SE2450000000054910000007", "SE7850000000054910000005", "SE2850000000000000343434",
		"SE8750000000000000121212", "SE2850000000000002222227"),
	IBANS("ch", "CH9300762011623852957", "CH8656663438253651553", "CH5362200119938136497", "CH1843597160341964438",
		"CH1260378413965193069", "CH1800762000000343434", "CH7700762000000121212", "CH1800762000002222227"),
	IBANS("gb", "GB82WEST12345698765432", "GB98WEST12345698765435", "GB55WEST12345698765433",
		"GB71WEST12345698765436", "GB28WEST12345698765434", "GB70WEST12345600343434", "GB32WEST12345600121212",
		"GB70WEST12345602222227"),
};

int64_t test_bank_takes(const struct test_bank *bank)
{
	return bank && bank->slow ? THREE_MINUTES : SECONDS;
}

/* A row that was left empty (no such IBAN is known for the country) is found by nothing. */
const struct test_bank *test_bank_numbered(const char *rail, const char *number)
{
	for (size_t i = 0; i < COUNT_OF(banks); i++)
		if (text_is(banks[i].number, number) && text_is(banks[i].rail, rail))
			return &banks[i];
	return NULL;
}

const struct test_bank *test_bank_named(const char *token)
{
	for (size_t i = 0; i < COUNT_OF(banks); i++)
		if (text_is(banks[i].token, token) && banks[i].number)
			return &banks[i];
	return NULL;
}

/* ---- rails ---- */

static bool among(const char *kind, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(*list, kind))
			return true;
	return false;
}

bool rail_is_debit(const char *kind)
{
	static const char *const debits[] = { "acss_debit", "au_becs_debit", "bacs_debit", "nz_bank_account",
		"sepa_debit", "us_bank_account", NULL };

	return among(kind, debits);
}

bool rail_verifies(const char *kind)
{
	static const char *const rails[] = { "acss_debit", "us_bank_account", NULL };

	return among(kind, rails);
}
