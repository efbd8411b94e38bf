/* SPDX-License-Identifier: MIT */
#include "value/url.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* "[::1]": gives what follows the bracket, NULL when it is no such thing. */
static const char *skip_ipv6(const char *at, const char *end)
{
	const char *start = ++at;

	while (at < end && (is_digit(*at) || strchr(":.abcdefABCDEF", *at)))
		at++;
	return at < end && *at == ']' && at - start >= 2 ? at + 1 : NULL;
}

/* Parts between dots, none of them empty; one dot may end it. */
static const char *skip_name(const char *at, const char *end)
{
	const char *start = at;
	bool fresh = true;

	for (; at < end && *at != ':'; at++) {
		if (*at == '.' ? fresh : !is_letter(*at) && !is_digit(*at) && *at != '-' && *at != '_')
			return NULL;
		fresh = *at == '.';
	}
	return at == start ? NULL : at;
}

static bool is_port(const char *at, const char *end)
{
	unsigned port = 0;

	for (; at < end && is_digit(*at) && port <= 65535; at++)
		port = port * 10 + (unsigned)(*at - '0');
	return at == end && port >= 1 && port <= 65535;
}

static bool is_authority(const char *at, const char *end)
{
	const char *user = memrchr(at, '@', (size_t)(end - at));

	if (user)
		at = user + 1;
	at = at < end && *at == '[' ? skip_ipv6(at, end) : skip_name(at, end);
	return at && (at == end || (*at == ':' && is_port(at + 1, end)));
}

bool url_is_http(const char *text)
{
	size_t scheme;

	if (!text)
		return false;
	scheme = !strncasecmp(text, "https://", 8) ? 8 : !strncasecmp(text, "http://", 7) ? 7 : 0;
	if (!scheme)
		return false;
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7F)
			return false;
	text += scheme;
	return is_authority(text, text + strcspn(text, "/?#"));
}
