/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "actions/agent/scripted.h"
#include "actions/core/redact.h"
#include "base/json.h"
#include "base/mem.h"

/*
 * What customers say that no tool answers, or not alone: wishes that are for people to decide, worries, attempts to
 * make the agent do something else, and small talk. The first row that fits wins.
 */
static const struct remark_row {
	const char *phrases, *unless; /* unless NULL: always */
	struct talk_remark remark;
} remarks[] = {
	{ "ignore all|ignore previous|ignore the|previous instructions|your instructions|system prompt|your prompt|"
	  "developer mode|jailbreak|pretend*|you are now|act as|api key|secret key|all customers|every customer",
		NULL, { "I only help with your own plan, invoices and billing details.", NULL, NULL } },
	{ "refund*|money back|reimburse*|chargeback*", "cancel*|unsubscribe|close my account",
		{ "Refunds are for our team to decide: I can't give one.",
			"Here is what you were charged, so that you can tell them which invoice it is about.",
			"invoice payment" } },
	{ "charged twice|charged me twice|billed twice|billed me twice|paid twice|double charge*|double billed|"
	  "two charges|charged two times|overcharged|wrong amount|too much money",
		NULL,
		{ "Let me look at what was charged.",
			"A change of plan can bring an invoice of its own within a billing period.",
			"invoice payment" } },
	{ "declined|payment failed|payment fails|card failed|failed payment|payment didn t|payment did not|card didn t|"
	  "card isn t|card not working|card doesn t|insufficient",
		NULL,
		{ "I'm sorry that the payment didn't work.",
			"What is still open can be paid from its invoice's page, with another card.",
			"invoice payment open" } },
	{ "pause*|suspend*|on hold|freeze*", NULL,
		{ "I can't pause a subscription. You can cancel it for the end of the paid period, and take that back "
		  "until then.",
			NULL, NULL } },
	{ "discount*|coupon*|promo|promotion*|voucher*|special offer*", "cancel*|accept*|take the offer",
		{ "I can't give discounts.", "These are the plans and their prices.", "another plan available" } },
	{ "human|real person|representative|an agent|live agent|speak to|speak with|talk to|talk with|call me|"
	  "your manager|complaint",
		NULL,
		{ "I can't pass this conversation on. Our team helps with everything that I can't: please write to "
		  "them.",
			NULL, NULL } },
	{ "password|log in|login|sign in|log into|locked out", NULL,
		{ "I can't help with signing in. I look after your plan, your invoices and your billing details.", NULL,
			NULL } },
	{ "cus|someone else s|another customer|other customer*|other people s", NULL,
		{ "I can only look at your own billing.", NULL, NULL } },
};

static const struct talk_remark card_number = { "Please don't write card numbers in the chat: I can't use them. Say "
						"\"change my card\", and you get a safe way to do it.",
	NULL, NULL };

static bool holds_card_number(const char *request)
{
	struct arena arena = { 0 };
	bool holds = strcmp(redact_cards(&arena, request), request) != 0;

	arena_free(&arena);
	return holds;
}

const struct talk_remark *talk_remark(const char *request, const char *words)
{
	if (holds_card_number(request))
		return &card_number;
	for (size_t i = 0; i < COUNT_OF(remarks); i++)
		if (words_hold(words, remarks[i].phrases) && !words_hold(words, remarks[i].unless))
			return &remarks[i].remark;
	return NULL;
}

#define ABILITIES                                                                                                      \
	"I can show your plan and your invoices, change or cancel your subscription, and update your billing details."

static const struct {
	const char *phrases, *answer;
} small_talk[] = {
	{ "terrible|awful|horrible|angry|worst|scam|useless|ridiculous|unhappy|disappointed|frustrated",
		"I'm sorry to hear that. Tell me what is wrong with your plan, an invoice or a payment, and I'll look "
		"into it." },
	{ "what can you|what do you do|help|who are you|what are you|are you a bot|are you human", ABILITIES },
	{ "thanks|thank you|thx|cheers|great|perfect|awesome",
		"You're welcome. Is there anything else about your billing?" },
	{ "bye|goodbye|see you|good night", "Goodbye! I'm here when you need me." },
	{ "hello|hi|hey|good morning|good afternoon|good evening|greetings",
		"Hello! " ABILITIES " What would you like?" },
	{ "yes|yeah|ok|okay|sure|go ahead", "What would you like me to do? " ABILITIES },
	{ "no|nope|never mind|nevermind|nothing", "All right. I'm here when you need me." },
};

const char *talk_otherwise(const char *words)
{
	for (size_t i = 0; i < COUNT_OF(small_talk); i++)
		if (words_hold(words, small_talk[i].phrases))
			return small_talk[i].answer;
	return "I can't help with that. Ask me about your plan, your invoices or your billing details.";
}

/* Longer sentences that hold a yes are about something else. */
static bool is_short(const char *words)
{
	size_t blanks = 0;

	for (const char *at = words; *at; at++)
		blanks += *at == ' ';
	return blanks <= 4;
}

bool talk_is_yes(const char *words)
{
	return is_short(words) &&
	       words_hold(words, "yes|yeah|yep|ok|okay|sure|go ahead|do it|confirm*|please do|agreed");
}

bool talk_is_no(const char *words)
{
	return is_short(words) && words_hold(words, "no|nope|not now|never mind|nevermind|don t|stop|forget it");
}

/* ---- questions ---- */

static const struct talk_question questions[] = {
	{ "email", "e mail*|email*|mail", "What is the new e-mail address for your invoices?", NULL },
	{ "phone", "phone*|mobile|telephone|number is", "What is the new phone number, with its country code?", NULL },
	{ "tax_id", "vat|tax", "What is the tax number? Give it with its country in front, such as IE6388047V.", NULL },
	{ "address", "address*|moved|moving|street",
		"What is the new address? Please give street and number, city, postal code and country, with commas "
		"between them.",
		NULL },
	{ "name", "name", "What name should stand on your invoices?", NULL },
	{ "quantity", "seat*|licence*|license*|user*|people", "How many do you want in all? Say, for example: 5 seats.",
		"change_plan" },
};

const struct talk_question *talk_question_for(const json_t *schema, const char *words)
{
	for (size_t i = 0; i < COUNT_OF(questions); i++)
		if (words_hold(words, questions[i].phrases) && js_get(js_get(schema, "properties"), questions[i].input))
			return &questions[i];
	return NULL;
}

const struct talk_question *talk_question_asked(const char *text)
{
	for (size_t i = 0; text && i < COUNT_OF(questions); i++)
		if (!strcmp(questions[i].text, text))
			return &questions[i];
	return NULL;
}
