/* SPDX-License-Identifier: MIT */
#include "value/email.h"

#include <stddef.h>
#include <string.h>

static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* Parts between dots, none of them empty, none with a dash at its end; two at least, the last not a number. */
static bool is_domain(const char *s)
{
	size_t parts = 0, letters = 0;

	for (;; s++) {
		size_t length = 0;

		for (letters = 0; is_letter(*s) || (*s >= '0' && *s <= '9') || *s == '-'; s++, length++)
			letters += is_letter(*s);
		if (!length || s[-1] == '-' || s[-(ptrdiff_t)length] == '-')
			return false;
		parts++;
		if (*s != '.')
			break;
	}
	return !*s && parts > 1 && letters;
}

bool email_is_valid(const char *text)
{
	const char *at = text ? strchr(text, '@') : NULL;

	if (!at || at == text || characters(text) > EMAIL_MOST)
		return false;
	for (const char *c = text; c < at; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7F || strchr("<>()[]\\,;:\"", *c))
			return false;
	return is_domain(at + 1);
}
