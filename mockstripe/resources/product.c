/* SPDX-License-Identifier: MIT */
#include "resources/product.h"

#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/text.h"
#include "events/emit.h"
#include "resources/check.h"
#include "resources/generic.h"
#include "resources/price_make.h"

#define DESCRIPTOR_LEAST 5

/* Stripe docs, "Statement descriptors": 5 to 22 characters, at least one letter, and none that banks cannot print. */
static int check_descriptor(struct call *call, const char *text, const char *where)
{
	bool letter = false;

	if (!text)
		return 0;
	for (const char *c = text; *c; c++)
		letter |= (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c & 0x80);
	if (strpbrk(text, "<>\\'\"*"))
		return fail_invalid(call, NULL, where,
			"The statement descriptor contains invalid characters: `<`, `>`, `\\`, `'`, `\"` and `*` are "
			"not allowed.");
	if (strlen(text) < DESCRIPTOR_LEAST)
		return fail_invalid(call, NULL, where, "The statement descriptor must be at least %d characters.",
			DESCRIPTOR_LEAST);
	if (!letter)
		return fail_invalid(call, NULL, where, "The statement descriptor must contain at least one letter.");
	return 0;
}

static int check_product(struct call *call, const json_t *given, const char *where)
{
	const json_t *images = js_get(given, "images");

	for (size_t i = 0; i < json_array_size(images); i++)
		if (check_url(call, json_string_value(json_array_get(images, i)),
			    name_at(call, name_in(call, where, "images"), i)))
			return -1;
	if (check_url(call, js_text(given, "url"), name_in(call, where, "url")))
		return -1;
	return check_descriptor(
		call, js_text(given, "statement_descriptor"), name_in(call, where, "statement_descriptor"));
}

struct record *product_make(struct call *call, json_t *spec, const char *where)
{
	const struct schema_resource *type = schema_find_object("product");
	const char *id = js_text(spec, "id");
	struct record *old = id ? account_find(call->account, id) : NULL;
	struct record *product;
	json_t *body;

	if (check_product(call, spec, where))
		return NULL;
	if (old && !old->deleted) {
		fail_invalid(call, "resource_already_exists", NULL, "Product already exists.");
		return NULL;
	}
	body = shape_new(call, type, id);
	if (spec_apply(call, body, type, spec, NULL)) {
		json_decref(body);
		return NULL;
	}
	product = object_store(call, type, body);
	emit(call, "product.created", product);
	return product;
}

/* ---- the default price ---- */

static int make_default_price(struct call *call, struct record *product)
{
	struct price_spec spec = {
		.given = param(call, "default_price_data"), .product = product, .where = "default_price_data"
	};
	struct record *price = price_make(call, &spec);

	if (!price)
		return -1;
	js_put_text(journal_edit(&call->journal, product), "default_price", price->id);
	emit_changed(call, "product.updated", product);
	return 0;
}

static int check_default_price(struct call *call, struct record *product)
{
	struct record *price = param_record(call, "default_price", "price");
	const char *owner = price ? js_text(record_tree(price), "product") : NULL;

	if (!price)
		return call->fail.status ? -1 : 0;
	if (!owner || strcmp(owner, product->id) != 0)
		return fail_invalid(call, NULL, "default_price",
			"The price `%s` does not belong to the product `%s`, so it cannot be its default price.",
			price->id, product->id);
	if (!js_flag(record_tree(price), "active", false))
		return fail_invalid(call, NULL, "default_price",
			"The price specified is inactive. This field only accepts active prices.");
	return 0;
}

/* ---- routes ---- */

static int product_create(struct call *call)
{
	struct record *product;
	json_t *body;

	if (check_product(call, call->params, NULL))
		return -1;
	body = generic_body(call, NULL);
	if (!body)
		return -1;
	product = object_store(call, call->route->resource, body);
	emit(call, "product.created", product);
	if (param_given(call, "default_price_data") && make_default_price(call, product))
		return -1;
	return answer_record(call, product);
}

static int product_update(struct call *call)
{
	struct record *product = path_object(call, 0, "product");

	if (!product || check_product(call, call->params, NULL) || check_default_price(call, product))
		return -1;
	return generic_update(call);
}

/* Its features go with it; a product with prices stays, whoever made them. */
static int product_on_delete(struct call *call, struct record *product)
{
	const struct schema_resource *feature = schema_find_object("product_feature");
	const struct list *rows;

	if (list_by(call, schema_find_object("price"), "product", product->id)->count)
		return fail_invalid(call, NULL, NULL,
			"This product cannot be deleted because it has one or more user-created prices.");
	while ((rows = list_by(call, feature, LIST_PARENT, product->id))->count)
		journal_delete(&call->journal, rows->at[rows->count - 1]);
	return 0;
}

static void product_fill(struct call *call, json_t *body)
{
	(void)call;
	js_put_text(body, "type", "service");
}

const struct resource product_resource = {
	.name = "Product",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/products", product_create },
			{ "POST", "/v1/products/{id}", product_update },
			{ 0 },
		},
	.filters =
		(const struct resource_filter[]) {
			{ .param = "ids", .path = "id" },
			{ 0 },
		},
	.fill = product_fill,
	.on_delete = product_on_delete,
};
