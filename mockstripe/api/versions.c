/* SPDX-License-Identifier: MIT */
#include "api/versions.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "schema/schema.h"

/* Stripe docs "Changelog": the dated versions since 2018 and the named releases. */
static const char *const known[] = {
	"2011-01-01",
	"2018-02-28",
	"2018-05-21",
	"2018-07-27",
	"2018-08-23",
	"2018-09-06",
	"2018-09-24",
	"2018-10-31",
	"2018-11-08",
	"2019-02-11",
	"2019-02-19",
	"2019-03-14",
	"2019-05-16",
	"2019-08-14",
	"2019-09-09",
	"2019-10-08",
	"2019-10-17",
	"2019-11-05",
	"2019-12-03",
	"2020-03-02",
	"2020-08-27",
	"2022-08-01",
	"2022-11-15",
	"2023-08-16",
	"2023-10-16",
	"2024-04-10",
	"2024-06-20",
	"2024-09-30.acacia",
	"2024-10-28.acacia",
	"2024-11-20.acacia",
	"2024-12-18.acacia",
	"2025-01-27.acacia",
	"2025-02-24.acacia",
	"2025-03-31.basil",
	"2025-04-30.basil",
	"2025-05-28.basil",
	"2025-06-30.basil",
	"2025-07-30.basil",
	"2025-08-27.basil",
	"2025-09-30.clover",
	"2025-10-29.clover",
	"2025-11-17.clover",
	"2025-12-15.clover",
	"2026-01-28.clover",
	"2026-02-25.clover",
	"2026-03-25.dahlia",
	"2026-04-22.dahlia",
	"2026-05-27.dahlia",
	"2026-06-24.dahlia",
	"2026-07-29.dahlia",
	"2026-08-26.dahlia",
	"2026-09-30.endive",
	"2026-10-28.endive",
};

static bool is_dated(const char *v)
{
	for (int i = 0; i < 10; i++)
		if ((i == 4 || i == 7) ? v[i] != '-' : !isdigit((unsigned char)v[i]))
			return false;
	int month = (v[5] - '0') * 10 + v[6] - '0', day = (v[8] - '0') * 10 + v[9] - '0';

	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool version_is_known(const char *version)
{
	size_t length = strlen(version);

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (!strcmp(known[i], version))
			return true;
	if (length < 12 || length > 39 || !is_dated(version) || version[10] != '.')
		return false;
	for (const char *c = version + 11; *c; c++)
		if (!islower((unsigned char)*c))
			return false;
	return !strcmp(version + 11, "preview") || strncmp(version, schema_api_version, 10) > 0;
}

bool version_at_least(const char *version, const char *gate)
{
	return strncmp(version, gate, 10) >= 0;
}
