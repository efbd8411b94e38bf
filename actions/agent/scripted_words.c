/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "actions/agent/scripted.h"
#include "base/mem.h"

/* Enough English to tell billing requests apart. Phrases begin at a word; a star lets the last word go on. */
static const struct topic {
	const char *phrases;
	int weight;
} topics[] = {
	{ "plan|subscription*|subscribed|tier|package|membership", 3 },
	{ "renew*|end|ends|expire*|active|valid until|status|run out|trial*", 3 },
	{ "cost*|price*|pay|pays|paid|how much|charged", 3 },
	{ "invoice*|receipt*|pdf|billing history|download", 3 },
	{ "payment*|processed|went through|go through|declined", 3 },
	{ "open|overdue|owe|outstanding|unpaid", 2 },
	{ "another|other plan*|upgrade*|downgrade*|switch*|change*|instead|plans|is now|available|offers", 3 },
	{ "cancel*|unsubscribe|terminate|stop my", 5 },
	{ "address*|e mail*|email*|phone*|tax number|vat|name", 3 },
	{ "quantity|seat*|licence*|license*|users", 3 },
	{ "card|payment method*", 3 },
	{ "monthly|yearly|annual*", 2 },
	{ "ask*|what|when|how|is my|was|does|show|see|which", 1 },
	{ "want*|please|would like|need", 1 },
};

/* Turns of phrase, and the words that say the same. `instead`: the phrase itself would lead elsewhere, and goes. */
static const struct turn_of_phrase {
	const char *phrases, *means;
	bool instead;
} turns[] = {
	{ "next payment|next bill|next charge|next invoice|next due|when am i charged|when will i be charged",
		"subscription renew", true },
	{ "payment method*|payment card|credit card|debit card", "card change", true },
	{ "update my card|replace my card|my new card|new card|another card|different card|card expired|card expires|"
	  "expired card|expiring card|card details|change my card|remove my card",
		"card change", true },
	{ "pay annually|pay yearly|pay monthly|pay by the year|pay by the month|billed annually|billed yearly|"
	  "billed monthly|yearly billing|monthly billing|annual billing",
		"yearly monthly change", true },
	{ "don t want to pay|stop charging|stop billing|close my account|close the account|delete my account|"
	  "end my subscription|end the subscription|get rid of|quit|leave you|stop my|stop the subscription|"
	  "won t renew|not renew|don t renew|stop renewing|turn off auto*",
		"cancel", true },
	{ "keep my|keep it|keep the|changed my mind|not to cancel|don t cancel|do not cancel|undo*|take it back|"
	  "reactivate|resume",
		"cancellation cancel", true },
	{ "bill|bills|my charges|this charge|a charge|charge on|charges|charged", "invoice", false },
	{ "more seats|fewer seats|more users|add users|add a user|add seats|extra seat*|team members",
		"quantity change", false },
	{ "plans|pricing|price list|tariff*", "another available", false },
	{ "cheaper|lower price|lower my price|less expensive|reduce my|bigger plan|smaller plan",
		"another plan available change", false },
	{ "moved house|moved office*|moved to|we moved|i moved|we ve moved|i ve moved|new office", "address change",
		false },
	{ "vat|tax", "tax number", false },
};

void words_put(struct text *out, const char *text)
{
	text_char(out, ' ');
	while (*text) {
		size_t length = strcspn(text, " \t\r\n");
		bool begun = false;

		for (size_t i = 0; i < length && !memchr(text, '@', length); i++) {
			if (!isalnum((unsigned char)text[i])) {
				if (begun)
					text_char(out, ' ');
				begun = false;
				continue;
			}
			text_char(out, (char)tolower((unsigned char)text[i]));
			begun = true;
		}
		if (begun)
			text_char(out, ' ');
		text += length;
		text += strspn(text, " \t\r\n");
	}
}

/* How often a phrase stands in the words. */
static int phrase_count(const char *words, const char *phrase, size_t length)
{
	bool open = length && phrase[length - 1] == '*';
	int count = 0;

	length -= open;
	for (const char *at = words; (at = memmem(at, strlen(at), phrase, length)); at++)
		count += at > words && at[-1] == ' ' && (open || at[length] == ' ');
	return count;
}

static int phrases_count(const char *words, const char *phrases)
{
	int count = 0;

	for (const char *at = phrases; *at; at += *at == '|') {
		size_t length = strcspn(at, "|");

		count += phrase_count(words, at, length);
		at += length;
	}
	return count;
}

bool words_hold(const char *words, const char *phrases)
{
	return phrases && phrases_count(words, phrases) > 0;
}

/* Takes the first phrase found out of the words. */
static void phrase_cut(struct text *words, const char *phrases)
{
	for (const char *at = phrases; *at; at += *at == '|') {
		size_t length = strcspn(at, "|"), bare = length - (length && at[length - 1] == '*');
		char *found = memmem(words->data, words->length, at, bare);

		while (found && (found[-1] != ' ' || (bare == length && found[bare] != ' ')))
			found = memmem(found + 1, strlen(found + 1), at, bare);
		if (found) {
			char *rest = found + bare + strcspn(found + bare, " ");

			rest += *rest == ' ';
			memmove(found, rest, strlen(rest) + 1);
			words->length -= (size_t)(rest - found);
			return;
		}
		at += length;
	}
}

void words_mean(struct text *out, const char *words)
{
	text_put(out, words);
	for (size_t i = 0; i < COUNT_OF(turns); i++) {
		if (!words_hold(words, turns[i].phrases))
			continue;
		if (turns[i].instead)
			phrase_cut(out, turns[i].phrases);
		text_format(out, "%s ", turns[i].means);
	}
}

/* Words of five letters and more that both hold, but for those that every description has. */
static int words_shared(const char *asked_words, const char *text_words)
{
	static const char common[] = " customer wants their about which would please there something another other ";
	int shared = 0;

	for (const char *at = text_words + 1; *at; at += strcspn(at, " ") + 1) {
		size_t length = strcspn(at, " ");
		char *word = mem_format(" %.*s ", (int)length, at);

		shared += length >= 5 && strstr(asked_words, word) && !strstr(common, word);
		free(word);
		if (!at[length])
			break;
	}
	return shared;
}

int topic_score(const char *asked_words, const char *text_words, int *weight)
{
	int score = 0, content = 0, shared;

	*weight = 0;
	for (size_t i = 0; i < COUNT_OF(topics); i++) {
		int said = phrases_count(text_words, topics[i].phrases), extra;

		if (!said)
			continue;
		*weight += topics[i].weight;
		if (!words_hold(asked_words, topics[i].phrases))
			continue;
		/* What a text comes back to is what it is about. */
		extra = topics[i].weight > 1 ? said - 1 : 0;
		score += topics[i].weight + (extra > 2 ? 2 : extra);
		content += topics[i].weight > 1;
	}
	shared = words_shared(asked_words, text_words);
	score += shared > 2 ? 2 : shared;
	content += shared > 0;
	return content ? score : 0; /* "what" and "please" alone are about nothing */
}
