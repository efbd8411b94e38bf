/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_ZONE_H
#define ACTIONS_ZONE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Time zones by their names in the IANA database, "Europe/Berlin", as ICU carries it: the C library has one zone for a
 * whole process, and agents may differ.
 */
bool zone_is_known(const char *name);
/* Seconds that clocks there are ahead of UTC at a moment, summer time included; 0 when the zone is not known. */
int64_t zone_offset(const char *name, int64_t at);

#endif
