/* SPDX-License-Identifier: MIT */
#include "actions/stripe/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"

#define WAIT_FIRST_MS 500U
#define WAIT_MOST_MS 8000U
#define RETRY_AFTER_MOST_S 60

static bool is_passing(enum transport_fate fate, const struct transport_response *r)
{
	const char *advice;

	if (fate != FATE_ANSWERED)
		return true;
	advice = transport_header(r, "Stripe-Should-Retry");
	if (advice && !strcmp(advice, "true"))
		return true;
	if (advice && !strcmp(advice, "false"))
		return false;
	return r->status == 409 || r->status == 424 || r->status == 429 || r->status >= 500;
}

/* Retry-After in seconds; 0 when it is absent, a date, or longer than anybody in a chat would wait. */
static unsigned retry_after(const struct transport_response *r)
{
	const char *value = r->n_headers ? transport_header(r, "Retry-After") : NULL;
	char *end;
	long seconds;

	if (!value)
		return 0;
	seconds = strtol(value, &end, 10);
	return end != value && !*end && seconds > 0 && seconds <= RETRY_AFTER_MOST_S ? (unsigned)seconds : 0;
}

bool retry_wanted(enum transport_fate fate, const struct transport_response *r, unsigned tried, int64_t max_retries,
	const char *key, unsigned *wait)
{
	unsigned step = WAIT_FIRST_MS, asked;
	uint64_t chance;

	if ((int64_t)tried > max_retries || !is_passing(fate, r))
		return false;
	for (unsigned i = 1; i < tried && step < WAIT_MOST_MS; i++)
		step *= 2;
	if (step > WAIT_MOST_MS)
		step = WAIT_MOST_MS;
	/* Spread by the request's own key: two requests that met a lock do not meet again, and a rerun waits the same.
	 */
	chance = random_mix(random_hash(key, strlen(key), 0), 0, tried);
	step -= (unsigned)(chance % (step / 4 + 1));
	asked = fate == FATE_ANSWERED ? retry_after(r) : 0;
	*wait = asked ? asked * 1000 : step;
	return true;
}
