/* SPDX-License-Identifier: MIT */
#include "actions/stripe/encode.h"

#include <string.h>

void encode_text(struct text *out, const char *s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-_.~", c)) {
			text_char(out, (char)c);
		} else {
			text_char(out, '%');
			text_char(out, digits[c >> 4]);
			text_char(out, digits[c & 15]);
		}
	}
}

static void encode_leaf(struct text *out, const char *name, const json_t *value)
{
	if (out->length)
		text_char(out, '&');
	text_put(out, name);
	text_char(out, '=');
	switch (json_typeof(value)) {
	case JSON_STRING:
		encode_text(out, json_string_value(value));
		break;
	case JSON_INTEGER:
		text_int(out, json_integer_value(value));
		break;
	case JSON_REAL:
		text_format(out, "%.15g", json_real_value(value));
		break;
	case JSON_TRUE:
		text_put(out, "true");
		break;
	case JSON_FALSE:
		text_put(out, "false");
		break;
	default: /* null: an empty value */
		break;
	}
}

static void encode_node(struct text *out, const char *name, json_t *value)
{
	struct text path;
	const char *key;
	json_t *member;
	size_t i;

	if (!json_is_object(value) && !json_is_array(value)) {
		encode_leaf(out, name, value);
		return;
	}
	text_init(&path, TEXT_NO_CEILING);
	if (json_is_array(value)) {
		json_array_foreach(value, i, member)
		{
			text_reset(&path);
			text_format(&path, "%s[%zu]", name, i);
			encode_node(out, path.data, member);
		}
	} else {
		json_object_foreach(value, key, member)
		{
			text_reset(&path);
			text_put(&path, name);
			text_char(&path, '[');
			encode_text(&path, key);
			text_char(&path, ']');
			encode_node(out, path.data, member);
		}
	}
	text_clear(&path);
}

void encode_params(struct text *out, json_t *params)
{
	struct text name;
	const char *key;
	json_t *member;

	text_init(&name, TEXT_NO_CEILING);
	json_object_foreach(params, key, member)
	{
		text_reset(&name);
		encode_text(&name, key);
		encode_node(out, name.data, member);
	}
	text_clear(&name);
}
