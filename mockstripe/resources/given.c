/* SPDX-License-Identifier: MIT */
#include "resources/given.h"

#include <ctype.h>
#include <string.h>

#include "api/resource.h"
#include "api/shape.h"
#include "base/mem.h"
#include "value/country.h"
#include "value/currency.h"

/* Stripe docs, "The country spec object": the id is the country's code in capitals. */
static bool is_country(const char *id)
{
	const char *code = country_find(id);

	return text_is(code, id);
}

static bool is_currency(const char *id)
{
	return currency_find(id) != NULL;
}

/* Stripe docs, "The capability object": the id is the capability's name, as the account lists it. */
static bool is_capability(const char *id)
{
	const struct schema_node *all = schema_field(schema_find_object("account"), "capabilities");

	return all && schema_child(all, id);
}

/* Stripe docs, "Report types": "balance.summary.1", words and a version. */
static bool is_report_type(const char *id)
{
	const char *version = strrchr(id, '.');

	return version && version > id && isdigit((unsigned char)version[1]) &&
	       strspn(version + 1, "0123456789") == strlen(version + 1) &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz_.0123456789") == strlen(id);
}

/* Ids without a prefix to be known by. */
static const struct {
	const char *resource;
	bool (*fits)(const char *id);
} named[] = {
	{ "Capability", is_capability },
	{ "CountrySpec", is_country },
	{ "ExchangeRate", is_currency },
	{ "Reporting.ReportType", is_report_type },
};

static bool can_be(const struct schema_resource *type, const char *id)
{
	size_t n = strlen(type->prefix);

	for (size_t i = 0; i < COUNT_OF(named); i++)
		if (!strcmp(named[i].resource, type->name))
			return named[i].fits(id);
	return n && !strncmp(id, type->prefix, n) && id[n];
}

/* What has behaviour of its own comes about by it: a dispute by a charge that is disputed. */
static bool comes_about(const struct call *call, const struct schema_resource *type)
{
	const struct resource *own = call_resource(call, type);

	return call->api->makeable[type->index] || (own && own->routes);
}

bool given_fits(struct call *call, const struct schema_resource *type, const char *id)
{
	return type && type->object && !comes_about(call, type) && !account_find(call->account, id) && can_be(type, id);
}

struct record *given_record(struct call *call, const struct schema_resource *type, const char *id)
{
	return given_fits(call, type, id) ? object_store(call, type, shape_new(call, type, id)) : NULL;
}
