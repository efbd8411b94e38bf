/* SPDX-License-Identifier: MIT */
#include "actions/core/wording.h"

#include <string.h>

#include "value/calendar.h"

const char *wording_iso(struct arena *arena, int64_t at)
{
	char out[CALENDAR_ISO_ROOM];

	calendar_format_iso(at, out);
	return arena_text(arena, out);
}

const char *wording_masked_email(struct arena *arena, const char *email)
{
	const char *at = strrchr(email, '@'), *dot = at ? strrchr(at, '.') : NULL;

	if (!at || at == email || !at[1])
		return "***";
	return arena_format(arena, "%c***@%c***%s", email[0], at[1], dot && dot > at + 1 ? dot : "");
}

const char *wording_masked_phone(struct arena *arena, const char *phone)
{
	size_t length = strlen(phone);

	return length < 4 ? "***" : arena_format(arena, "***%s", phone + length - 2);
}
