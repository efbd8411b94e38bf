/* SPDX-License-Identifier: MIT */
/*
 * How many renewals a second the billing engine works off: a clock that stands still is moved over twelve monthly
 * renewals of every subscription, each with its invoice, its charge and all their events. One row for each number of
 * subscriptions, so that a slope is seen.
 *
 *     renewals [COUNT]...        1000 and 10000 when no number is given
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mockstripe/mockstripe.h"

#define NOW INT64_C(1767225600) /* 1 January 2026 */
#define MONTHS 12
#define KEY "sk_test_bench"

/* Of the processor, not of the wall: the row says what one core does, whatever else the machine is at. */
static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Calls the simulator and copies the answer's id; ends the program when the answer is not 200. */
static void call(struct ms *ms, const char *method, const char *path, const char *body, char id[64])
{
	const struct ms_request request = { .method = method, .path = path, .key = KEY, .body = body };
	struct ms_response response;
	const char *found;

	if (ms_call(ms, &request, &response) || response.status != 200) {
		fprintf(stderr, "renewals: %s %s was refused: %s\n", method, path, response.body ? response.body : "");
		exit(1);
	}
	found = strstr(response.body, "\"id\": \"");
	if (id && (!found || sscanf(found, "\"id\": \"%63[^\"]\"", id) != 1)) {
		fprintf(stderr, "renewals: %s %s was answered without an id\n", method, path);
		exit(1);
	}
	ms_response_clear(&response);
}

static void subscribe(struct ms *ms, long count)
{
	char product[64], price[64], customer[64], body[512];

	call(ms, "POST", "/v1/products", "name=Starter", product);
	snprintf(body, sizeof body, "product=%s&currency=usd&unit_amount=2000&recurring[interval]=month", product);
	call(ms, "POST", "/v1/prices", body, price);
	for (long i = 0; i < count; i++) {
		call(ms, "POST", "/v1/customers",
			"payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa", customer);
		snprintf(body, sizeof body, "customer=%s&items[0][price]=%s", customer, price);
		call(ms, "POST", "/v1/subscriptions", body, NULL);
	}
}

/* Every subscription must have been renewed as often as promised: the newest invoice is of the last month. */
static void check(struct ms *ms, long count)
{
	const struct ms_request request = { .method = "GET", .path = "/v1/invoices?limit=1", .key = KEY };
	struct ms_response response;

	if (ms_call(ms, &request, &response) || !strstr(response.body, "\"status\": \"paid\"") ||
		!strstr(response.body, "\"period_end\": 1798761600")) {
		fprintf(stderr, "renewals: the last of %ld renewals is not what it should be:\n%s\n", count * MONTHS,
			response.body);
		exit(1);
	}
	ms_response_clear(&response);
}

static void row(long count)
{
	struct ms *ms = ms_start(
		&(struct ms_options) { .no_socket = true, .seed = 1, .now = NOW, .no_deliveries = true }, NULL);
	double begun, taken;

	if (!ms) {
		fprintf(stderr, "renewals: the simulator does not start\n");
		exit(1);
	}
	subscribe(ms, count);
	begun = seconds();
	if (ms_advance(ms, NULL, 365 * INT64_C(86400) + 7200)) {
		fprintf(stderr, "renewals: the clock does not move\n");
		exit(1);
	}
	taken = seconds() - begun;
	check(ms, count);
	printf("%-36s %10ld %12.0f %10.1f  %s\n", "renewals, invoices and charges", count,
		(double)(count * MONTHS) / taken, taken * 1e6 / (double)(count * MONTHS), "20000");
	fflush(stdout);
	ms_stop(ms);
}

int main(int argc, char **argv)
{
	printf("\n%-36s %10s %12s %10s  %s\n", "one clock over 12 months", "subs", "renewals/s", "us each", "aim");
	if (argc < 2) {
		row(1000);
		row(10000);
	}
	for (int i = 1; i < argc; i++)
		row(strtol(argv[i], NULL, 10));
	return 0;
}
