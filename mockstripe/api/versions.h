/* SPDX-License-Identifier: MIT */
#ifndef API_VERSIONS_H
#define API_VERSIONS_H

#include <stdbool.h>

/*
 * API versions. Source: Stripe docs "API versioning" and "Changelog"; protocol reference section 2.
 * A version is known when Stripe published it; one newer than the description's, in the dated form with a release name,
 * is taken as well, so that a newer SDK can be pointed here. Preview versions end in ".preview".
 */
bool version_is_known(const char *version);

/* Whether `version` is `gate` or later: dates compare as text. */
bool version_at_least(const char *version, const char *gate);

#endif
