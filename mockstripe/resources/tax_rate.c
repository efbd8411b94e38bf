/* SPDX-License-Identifier: MIT */
/* Source: Stripe docs "Tax rates", "Create a tax rate". */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/resource.h"
#include "base/json.h"
#include "billing/tax.h"
#include "resources/check.h"
#include "resources/generic.h"
#include "value/country.h"

static int rate_create(struct call *call)
{
	json_t *body;

	if (check_decimals(call, "percentage", TAX_RATE_PLACES) ||
		check_country(call, param_text(call, "country"), "country"))
		return -1;
	body = generic_body(call, NULL);
	if (body && param_text(call, "country"))
		js_put_text(body, "country", country_find(param_text(call, "country")));
	return generic_create(call, body);
}

/* A rate's percentage is fixed, and the description knows no parameter for it. */
static int rate_update(struct call *call)
{
	struct record *rate = path_object(call, 0, "tax_rate");

	if (!rate || check_country(call, param_text(call, "country"), "country"))
		return -1;
	if (param_text(call, "country"))
		js_put_text(call->params, "country", country_find(param_text(call, "country")));
	return generic_update(call);
}

/* effective_percentage is for rates that automatic tax worked out; those made by hand leave it null. */
static void rate_fill(struct call *call, json_t *body)
{
	(void)call;
	js_put_text(body, "rate_type", "percentage");
}

const struct resource tax_rate_resource = {
	.name = "TaxRate",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/tax_rates", rate_create },
			{ "POST", "/v1/tax_rates/{id}", rate_update },
			{ 0 },
		},
	.fill = rate_fill,
};
