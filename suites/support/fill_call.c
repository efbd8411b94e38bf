/* SPDX-License-Identifier: MIT */
/* Paths with objects in them, and calls in the encoding that a route wants. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/form.h"
#include "base/mem.h"
#include "base/text.h"
#include "suites/support/fill.h"

/* The pattern up to its n-th {…}, with an x for each; a helper's path is that of what it helps with. */
static void plain_path(const struct schema_route *route, const char *end, char *path, size_t room)
{
	static const char helpers[] = "test_helpers/";
	size_t n = 0;

	for (const char *c = route->pattern; c < end && n + 1 < room; c++) {
		path[n++] = *c == '{' ? 'x' : *c;
		if (*c == '{')
			c = strchr(c, '}');
	}
	path[n] = 0;
	char *skip = strstr(path, helpers);

	if (skip)
		memmove(skip, skip + strlen(helpers), strlen(skip + strlen(helpers)) + 1);
}

static const struct schema_route *route_at(const char *method, const char *path)
{
	const char *values[4];
	size_t lengths[4];

	return schema_match(method, path, strlen(path), values, lengths);
}

/*
 * What goes into the {…} that ends at `end`. A card in /v1/customers/x/sources/{…} is what is made there, not just any
 * card; elsewhere what a GET of the path up to there answers.
 */
static const char *id_at(struct fill *f, const struct schema_route *route, const char *open, const char *end)
{
	char path[160];
	const struct schema_route *found;

	plain_path(route, open - 1, path, sizeof path);
	found = route_at("POST", path);
	if (found && found->n_path && found->answer == SCHEMA_ANSWER_RESOURCE)
		return fill_made_by(f, found);
	plain_path(route, end + 1, path, sizeof path);
	found = route_at("GET", path);
	return fill_object(f, found && found->resource ? found->resource : route->resource);
}

const char *fill_path(struct fill *f, const struct schema_route *route)
{
	struct text path;
	const char *result;

	text_init(&path, TEXT_NO_CEILING);
	for (const char *c = route->pattern; *c; c++) {
		const char *end = *c == '{' ? strchr(c, '}') : NULL;

		if (end)
			text_put(&path, id_at(f, route, c, end));
		else
			text_char(&path, *c);
		c = end ? end : c;
	}
	result = text_of(f->house, "%s", path.data);
	text_clear(&path);
	return result;
}

const char *fill_path_with(struct house *h, const struct schema_route *route, const char *id)
{
	struct text path;
	const char *result;

	text_init(&path, TEXT_NO_CEILING);
	for (const char *c = route->pattern; *c; c++) {
		if (*c == '{') {
			text_put(&path, id);
			c = strchr(c, '}');
		} else {
			text_char(&path, *c);
		}
	}
	result = text_of(h, "%s", path.data);
	text_clear(&path);
	return result;
}

/* ---- the call ---- */

#define BOUNDARY "suite-boundary"

/* One leaf with its whole name, in the encoding at hand. */
typedef void put_leaf(struct text *out, const char *name, const char *value);

static void put_form(struct text *out, const char *name, const char *value)
{
	if (out->length)
		text_char(out, '&');
	percent_encode(out, name);
	text_char(out, '=');
	percent_encode(out, value);
}

/* `file` goes as a file, the others as plain fields. */
static void put_part(struct text *out, const char *name, const char *value)
{
	text_format(out, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n%s\r\n", name,
		strcmp(name, "file") ? "" : "; filename=\"notes.txt\"", value);
}

static void put_tree(struct text *out, const char *name, const json_t *value, put_leaf *put)
{
	const char *key;
	json_t *one;
	size_t i;
	char *text;

	json_object_foreach((json_t *)(uintptr_t)value, key, one)
	{
		text = *name ? mem_format("%s[%s]", name, key) : mem_copy_text(key);
		put_tree(out, text, one, put);
		free(text);
	}
	json_array_foreach((json_t *)(uintptr_t)value, i, one)
	{
		text = mem_format("%s[%zu]", name, i);
		put_tree(out, text, one, put);
		free(text);
	}
	if (json_is_object(value) || json_is_array(value))
		return;
	if (json_is_integer(value))
		text = mem_format("%lld", (long long)json_integer_value(value));
	else if (json_is_boolean(value))
		text = mem_copy_text(json_is_true(value) ? "true" : "false");
	else
		text = mem_copy_text(json_is_string(value) ? json_string_value(value) : "");
	put(out, name, text);
	free(text);
}

static const char *form_of(struct house *h, const json_t *params)
{
	struct text out;
	const char *result;

	text_init(&out, TEXT_NO_CEILING);
	put_tree(&out, "", params, put_form);
	result = text_of(h, "%s", out.data);
	text_clear(&out);
	return result;
}

static const char *multipart_of(struct house *h, const json_t *params)
{
	struct text out;
	const char *result;

	text_init(&out, TEXT_NO_CEILING);
	put_tree(&out, "", params, put_part);
	text_put(&out, "--" BOUNDARY "--\r\n");
	result = text_of(h, "%s", out.data);
	text_clear(&out);
	return result;
}

static const char *json_of(struct house *h, const json_t *params)
{
	char *text = json_dumps(params, JSON_COMPACT);
	const char *result = text_of(h, "%s", text);

	free(text);
	return result;
}

const struct answer *fill_call(
	struct house *h, const struct schema_route *route, const char *path, const json_t *params)
{
	static const char *const json_headers[] = { "Content-Type: application/json", NULL };
	static const char *const multipart_headers[] = { "Content-Type: multipart/form-data; boundary=" BOUNDARY,
		NULL };

	if (strcmp(route->method, "POST")) {
		if (json_object_size(params))
			path = text_of(h, "%s?%s", path, form_of(h, params));
		return api(h, route->method, path, NULL);
	}
	if (route->host && !strcmp(route->host, "meter_events")) {
		const char *key = h->key;
		const struct answer *a;

		/* The stream is opened by a session's token in place of a key. */
		h->key = field(api_ok(h, "POST", "/v2/billing/meter_event_session", NULL), "authentication_token");
		a = api_with(h, "POST", path, json_of(h, params), json_headers);
		h->key = key;
		return a;
	}
	if (route->v2)
		return api_with(h, "POST", path, json_object_size(params) ? json_of(h, params) : NULL, json_headers);
	if (route->multipart && json_is_string(json_object_get(params, "file")))
		return api_with(h, "POST", path, multipart_of(h, params), multipart_headers);
	return api(h, "POST", path, form_of(h, params));
}
