/* SPDX-License-Identifier: MIT */
#include "actions/core/zone.h"

#include <unicode/ucal.h>
#include <unicode/ustring.h>

#define ROOM 128 /* of a name; the longest there is has some 40 */

/* false when the name does not fit, or is no name. */
static bool name_read(const char *name, UChar out[ROOM])
{
	UErrorCode code = U_ZERO_ERROR;
	int32_t length;

	u_strFromUTF8(out, ROOM, &length, name, -1, &code);
	return U_SUCCESS(code) && length > 0 && length < ROOM;
}

bool zone_is_known(const char *name)
{
	UErrorCode code = U_ZERO_ERROR;
	UChar id[ROOM], canonical[ROOM];
	UBool known = false;

	if (!name_read(name, id))
		return false;
	ucal_getCanonicalTimeZoneID(id, -1, canonical, ROOM, &known, &code);
	return U_SUCCESS(code) && known;
}

int64_t zone_offset(const char *name, int64_t at)
{
	UErrorCode code = U_ZERO_ERROR;
	int64_t offset = 0;
	UChar id[ROOM];
	UCalendar *calendar;

	if (!zone_is_known(name) || !name_read(name, id))
		return 0;
	calendar = ucal_open(id, -1, "en", UCAL_GREGORIAN, &code);
	ucal_setMillis(calendar, (UDate)at * 1000, &code);
	offset = ucal_get(calendar, UCAL_ZONE_OFFSET, &code);
	offset += ucal_get(calendar, UCAL_DST_OFFSET, &code);
	ucal_close(calendar);
	return U_SUCCESS(code) ? offset / 1000 : 0;
}
