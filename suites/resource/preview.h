/* SPDX-License-Identifier: MIT */
#ifndef SUITES_RESOURCE_PREVIEW_H
#define SUITES_RESOURCE_PREVIEW_H

#include "billing.h"

/* Previews beside what they foretell: the same parameters asked of both, and both invoices compared. */

/* An update's parameters as create_preview takes them: "items[0][id]=x" becomes "subscription_details[items][0][id]=x".
 * What a preview has no word for (payment_behavior) is left out. */
static inline const char *as_preview(struct house *h, const char *change)
{
	const char *out = "";

	while (*change) {
		size_t length = strcspn(change, "&"), name = strcspn(change, "[=&");

		if (name != strlen("payment_behavior") || strncmp(change, "payment_behavior", name))
			out = text_of(h, "%s&subscription_details[%.*s]%.*s", out, (int)name, change,
				(int)(length - name), change + name);
		change += length + (change[length] == '&');
	}
	return out;
}

static inline const struct answer *preview(struct house *h, const char *sub, const char *change)
{
	return api(
		h, "POST", "/v1/invoices/create_preview", text_of(h, "subscription=%s%s", sub, as_preview(h, change)));
}

/* A line without what can only be settled once it is stored: ids of lines and items. */
static inline json_t *line_facts(json_t *line)
{
	static const char *const same[] = { "amount", "currency", "description", "discountable", "period", "pricing",
		"quantity", "quantity_decimal", "subscription", "subtotal", "taxes" };
	json_t *out = json_object(), *parent = json_object_get(line, "parent"), *details;
	json_t *shares = json_array(), *share;
	size_t i;

	for (i = 0; i < sizeof same / sizeof *same; i++)
		json_object_set(out, same[i], json_object_get(line, same[i]));
	json_object_set(out, "type", json_object_get(parent, "type"));
	details = json_object_get(parent, "invoice_item_details");
	if (!json_is_object(details))
		details = json_object_get(parent, "subscription_item_details");
	json_object_set(out, "proration", json_object_get(details, "proration"));
	json_array_foreach(json_object_get(line, "discount_amounts"), i, share)
	{
		json_array_append(shares, json_object_get(share, "amount"));
	}
	json_object_set_new(out, "discounts", shares);
	return out;
}

static inline void assert_alike(
	struct house *h, const struct answer *foretold, const struct answer *made, const char *const *sums)
{
	const struct answer *both[] = { foretold, made };
	const char *text[2];

	for (size_t k = 0; k < 2; k++) {
		json_t *out = json_object(), *lines = json_array(), *line;
		char *dump;
		size_t i;

		for (i = 0; sums[i]; i++)
			json_object_set(out, sums[i], field_json(both[k], sums[i]));
		json_array_foreach(field_json(both[k], "lines.data"), i, line)
		{
			json_array_append_new(lines, line_facts(line));
		}
		json_object_set_new(out, "lines", lines);
		dump = json_dumps(out, JSON_INDENT(1) | JSON_SORT_KEYS);
		text[k] = text_of(h, "%s", dump);
		free(dump);
		json_decref(out);
	}
	assert_string_equal(text[0], text[1]);
}

/* Lines and sums of both must be the same, byte for byte. */
static inline void assert_foretold(struct house *h, const struct answer *foretold, const struct answer *made)
{
	static const char *const sums[] = { "currency", "subtotal", "subtotal_excluding_tax", "total",
		"total_excluding_tax", "amount_due", "starting_balance", "total_taxes", "period_start", "period_end",
		"collection_method", "customer", NULL };

	assert_alike(h, foretold, made, sums);
}

/* The same for a preview made at another moment: what names that moment is left out. */
static inline void assert_same_lines(struct house *h, const struct answer *foretold, const struct answer *made)
{
	static const char *const sums[] = { "currency", "subtotal", "total", "amount_due", "total_taxes", NULL };

	assert_alike(h, foretold, made, sums);
}

#endif
