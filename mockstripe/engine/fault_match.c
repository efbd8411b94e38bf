/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/json.h"
#include "engine/fault_inside.h"

static size_t segment(const char *at)
{
	return strcspn(at, "/?");
}

static bool is_place(const char *at, size_t length)
{
	return length > 2 && at[0] == '{' && at[length - 1] == '}';
}

/*
 * A rule's route against a route's pattern and (unless NULL) the path that it matched, segment by segment. A literal
 * segment of the rule may stand for the pattern's {…}: then it is an id. Without a path only the shape is compared.
 */
static bool route_fits(const char *rule, const char *pattern, const char *path)
{
	while (*rule == '/' && *pattern == '/') {
		size_t a = segment(++rule), b = segment(++pattern), c = path ? segment(++path) : 0;
		bool same = a == b && !strncmp(rule, pattern, a);

		if (a == 2 && !strncmp(rule, "**", 2))
			return true;
		if (is_place(rule, a))
			same = is_place(pattern, b);
		else if (a == 1 && *rule == '*')
			same = true;
		else if (is_place(pattern, b))
			same = !path || (a == c && !strncmp(rule, path, a));
		if (!same)
			return false;
		rule += a;
		pattern += b;
		path += path ? c : 0;
	}
	return !*rule && !*pattern;
}

/* "items[0][price]" in the decoded parameters, where arrays are objects with numbers for keys (or, of JSON, arrays). */
static const json_t *param_at(const json_t *node, const char *name, size_t length)
{
	char key[256];
	size_t from = 0;

	while (node && from < length) {
		size_t n = 0;

		while (from < length && (name[from] == '[' || name[from] == ']'))
			from++;
		while (from + n < length && name[from + n] != '[' && name[from + n] != ']')
			n++;
		if (!n)
			break;
		if (n >= sizeof key)
			return NULL;
		memcpy(key, name + from, n);
		key[n] = 0;
		node = js_at(node, key);
		from += n;
	}
	return node;
}

static bool param_fits(const char *wanted, const json_t *given)
{
	const char *equals = strchr(wanted, '=');
	const json_t *value = param_at(given, wanted, equals ? (size_t)(equals - wanted) : strlen(wanted));
	struct text shown;
	bool same;

	if (!value || !equals)
		return value != NULL;
	if (json_is_string(value))
		return !strcmp(json_string_value(value), equals + 1);
	text_init(&shown, TEXT_NO_CEILING);
	js_write(&shown, value);
	same = !strcmp(shown.data, equals + 1);
	text_clear(&shown);
	return same;
}

bool fault_fits(const struct fault *f, const struct call *call, const json_t *given)
{
	const char *method = !strcmp(call->method, "HEAD") ? "GET" : call->method;

	return (!f->account || !strcmp(f->account, call->account->id)) && (!f->method || !strcmp(f->method, method)) &&
	       (!f->route || route_fits(f->route, call->route->pattern, call->path)) &&
	       (!f->param || param_fits(f->param, given));
}

static bool route_exists(const struct fault *f)
{
	for (size_t i = 0; i < schema_route_count; i++)
		if ((!f->method || !strcmp(f->method, schema_routes[i].method)) &&
			route_fits(f->route, schema_routes[i].pattern, NULL))
			return true;
	return false;
}

bool fault_match_check(const struct fault *f, char **why)
{
	if (f->method && strcmp(f->method, "GET") && strcmp(f->method, "POST") && strcmp(f->method, "DELETE"))
		return fault_refuse(why, "the method is GET, POST or DELETE, not '%s'", f->method);
	if (f->route && !route_exists(f))
		return fault_refuse(why,
			"no %s%sroute of the API fits '%s'; write \"/v1/customers/{customer}\", a path with an id, * "
			"for one "
			"segment, or a last ** for all that follow",
			f->method ? f->method : "", f->method ? " " : "", f->route);
	if (f->param && (!*f->param || *f->param == '='))
		return fault_refuse(why, "the parameter is \"name=value\", or \"name\" for any value");
	if (f->percent > 100)
		return fault_refuse(why, "percent goes from 1 to 100, or is left out");
	return true;
}
