/* SPDX-License-Identifier: MIT */
/* Small things that all payment objects need: key order, clocks, made-up words. */
#include <string.h>

#include "api/fail.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "resources/payments/inside.h"
#include "value/currency.h"

static const char *field_name(const void *fields, size_t i)
{
	return ((const struct schema_node *)fields)[i].name;
}

json_t *in_order(const struct schema_node *fields, size_t n, json_t *object)
{
	tree_object_order(object, field_name, fields, n);
	return object;
}

json_t *body_in_order(const struct schema_resource *type, json_t *body)
{
	return in_order(type->fields, type->n_fields, body);
}

json_t *record_shown(struct record *r)
{
	json_t *copy = json_copy(record_tree(r));

	json_object_del(copy, PRIVATE_KEY);
	return copy;
}

json_t *field_shape(struct call *call, const struct schema_resource *type, const char *path)
{
	char *copy = arena_text(&call->arena, path);
	char *rest = strchr(copy, '.');
	const struct schema_node *node;

	if (rest)
		*rest++ = 0;
	node = schema_field(type, copy);
	while (node && rest) {
		char *name = rest;

		rest = strchr(name, '.');
		if (rest)
			*rest++ = 0;
		node = schema_child(node, name);
	}
	if (!node)
		return json_object();
	return shape_object(call, NULL, node->fields, node->n_fields);
}

void body_use_clock(json_t *body, struct record *customer)
{
	const char *clock = customer ? js_text(record_tree(customer), "test_clock") : NULL;

	if (clock)
		js_put_text(js_own(body, PRIVATE_KEY), "clock", clock);
}

struct record *customer_of(struct call *call, struct record *r)
{
	return account_get(call->account, js_text(record_tree(r), "customer"), schema_find_object("customer"));
}

void payment_set_due(struct call *call, struct record *r, int64_t due)
{
	json_t *private = journal_edit_private(&call->journal, r);

	if (due)
		js_put_int(private, "due", due);
	else
		json_object_del(private, "due");
}

const char *made_word(struct call *call, const char *stream, size_t length)
{
	char *out = arena_alloc(&call->arena, length + 1);

	random_base62(out, length, call->account->seed, random_hash(stream, strlen(stream), 1),
		account_draw(call->account, stream));
	return out;
}

const char *fingerprint(struct call *call, const char *number)
{
	char *out = arena_alloc(&call->arena, 17);

	random_base62(out, 16, call->account->seed, random_hash(number, strlen(number), 2), 0);
	return out;
}

int payment_check_amount(struct call *call, int64_t amount, const char *code)
{
	const struct currency *currency = currency_find(code);
	bool small = currency && amount < (int64_t)currency->minimum;
	struct text shown;

	if (!small && amount <= CHARGE_MOST)
		return 0;
	text_init(&shown, 128);
	currency_format(&shown, small ? (int64_t)currency->minimum : CHARGE_MOST, code);
	if (small)
		fail_invalid(call, "amount_too_small", "amount", "Amount must be at least %s %s", shown.data, code);
	else
		fail_invalid(call, "amount_too_large", "amount", "Amount must be no more than %s", shown.data);
	text_clear(&shown);
	return -1;
}
