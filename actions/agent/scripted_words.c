/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>

#include "actions/agent/scripted.h"
#include "base/mem.h"

/* Enough English to tell billing requests apart. Phrases begin at a word; a star lets the last word go on. */
static const struct topic {
	const char *phrases;
	int weight;
} topics[] = {
	{ "plan|subscription*|subscribed|tier|package|membership", 3 },
	{ "renew*|end|ends|expire*|active|valid until|status|run out", 3 },
	{ "cost*|price*|pay|pays|paid|how much|charged", 3 },
	{ "invoice*|receipt*|pdf|billing history|download", 3 },
	{ "payment*|processed|went through|go through|declined", 3 },
	{ "open|overdue|owe|outstanding", 2 },
	{ "another|other plan*|upgrade*|downgrade*|switch*|change*|instead|plans|is now|available|offers", 3 },
	{ "cancel*|unsubscribe|terminate|stop my", 3 },
	{ "address*|e mail*|email*|phone*|tax number|vat", 3 },
	{ "quantity|seat*|licence*|license*|users", 3 },
	{ "card|payment method*", 3 },
	{ "monthly|yearly|annual*", 2 },
	{ "ask*|what|when|how|is my|was|does|show|see|which", 1 },
	{ "want*|please|would like|need", 1 },
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
	return phrases_count(words, phrases) > 0;
}

int topic_score(const char *asked_words, const char *text_words, int *weight)
{
	int score = 0, content = 0;

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
	return content ? score : 0; /* "what" and "please" alone are about nothing */
}
