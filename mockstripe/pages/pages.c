/* SPDX-License-Identifier: MIT */
#include "pages/pages.h"

#include <string.h>
#include <strings.h>

#include "api/form.h"
#include "pages/style.h"
#include "pages/visit.h"

static const struct page_route *const tables[] = { portal_pages, login_pages, checkout_pages, invoice_pages, NULL };

/* The first segments that are pages'; nothing of Stripe's API begins like these. */
static const char *const roots[] = { "/p/", "/c/", "/b/", "/r/", "/i/", "/invoice/", "/receipts/", "/credit_notes/",
	NULL };

bool pages_have(const char *target)
{
	for (size_t i = 0; roots[i]; i++)
		if (!strncmp(target, roots[i], strlen(roots[i])))
			return true;
	return false;
}

/* ---- finding ---- */

/* Whether the path fits; what stands at its {…} in v->words. */
static bool fits(struct visit *v, const char *pattern, const char *path, size_t length)
{
	const char *end = path + length;
	size_t n = 0;

	while (*pattern) {
		if (*pattern != '{') {
			if (path == end || *path++ != *pattern++)
				return false;
			continue;
		}
		size_t word = strcspn(path, "/?");

		if (!word || n == 3 || path + word > end)
			return false;
		v->words[n] = percent_decode(&v->arena, path, word, false);
		if (!v->words[n++])
			return false;
		path += word;
		pattern = strchr(pattern, '}') + 1;
	}
	return path == end;
}

static const struct page_route *find(struct visit *v, const char *path, size_t length, bool *other_method)
{
	const char *method = !strcmp(v->request->method, "HEAD") ? "GET" : v->request->method;

	*other_method = false;
	for (size_t i = 0; tables[i]; i++) {
		for (const struct page_route *r = tables[i]; r->method; r++) {
			if (!fits(v, r->pattern, path, length))
				continue;
			if (!strcmp(r->method, method))
				return r;
			*other_method = true;
		}
	}
	return NULL;
}

/* ---- reading ---- */

static bool read_given(struct visit *v, const char *query)
{
	const char *why;

	if (query && !form_read(v->given, query, strlen(query), &v->arena, &why)) {
		visit_say(v, 400, "This address cannot be read", why);
		return false;
	}
	if (v->request->body_length &&
		!form_read(v->given, v->request->body, v->request->body_length, &v->arena, &why)) {
		visit_say(v, 400, "This form cannot be read", why);
		return false;
	}
	return true;
}

/* ---- answering ---- */

/* "https://shop.example:8080" of a URL that was checked to be one; NULL: it cannot stand in a policy. */
static const char *origin_of(struct visit *v, const char *url)
{
	const char *host = url ? strstr(url, "://") : NULL;
	size_t length;

	if (!host)
		return NULL;
	length = (size_t)(host - url) + 3 + strcspn(host + 3, "/?#");
	for (size_t i = 0; i < length; i++)
		if (strchr(" ;,'\"<>{}@", url[i]) || (unsigned char)url[i] < 0x20)
			return NULL;
	return arena_range(&v->arena, url, length);
}

/* A header is one line: a URL out of a fixture may hold anything. */
static bool is_one_line(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return false;
	return true;
}

/*
 * Nothing is loaded but the style sheet, nothing is framed, forms lead to this simulator - and, where a form ends with
 * a redirect to the business, there: browsers hold the redirects of a form against the same rule.
 */
static struct bytes *headers_of(struct visit *v)
{
	const char *origin = origin_of(v, v->leads_to);
	struct text text;
	struct bytes *bytes;

	text_init(&text, 8192);
	text_format(&text,
		"Content-Security-Policy: default-src 'none'; style-src 'self'; img-src data:; form-action 'self'%s%s; "
		"base-uri 'none'; frame-ancestors 'none'\n"
		"X-Content-Type-Options: nosniff\nReferrer-Policy: same-origin\nX-Frame-Options: DENY\n",
		origin ? " " : "", origin ? origin : "");
	if (v->location && is_one_line(v->location))
		text_format(&text, "Location: %s\n", v->location);
	if (v->file_name)
		text_format(&text, "Content-Disposition: inline; filename=\"%s\"\n", v->file_name);
	bytes = text_bytes(&text);
	text_clear(&text);
	return bytes;
}

static void answer(struct visit *v, struct reply *out)
{
	*out = (struct reply) { .status = v->location ? 303 : v->status, .page = true, .headers = headers_of(v) };
	if (v->file && !v->location) {
		out->body = bytes_keep(v->file);
		out->content_type = v->file_type;
	} else {
		out->body = v->location ? bytes_new("", 0) : text_bytes(&v->html);
		out->content_type = "text/html; charset=utf-8";
	}
}

static void visit_open(struct visit *v, struct engine *e, const struct request *request)
{
	*v = (struct visit) { .engine = e, .request = request, .status = 200, .given = json_object() };
	text_init(&v->html, TEXT_NO_CEILING);
}

static void visit_close(struct visit *v)
{
	bytes_drop(v->file);
	text_clear(&v->html);
	json_decref(v->given);
	arena_free(&v->arena);
}

static void run(struct visit *v)
{
	const char *path = v->request->target, *query = strchr(path, '?');
	size_t length = query ? (size_t)(query - path) : strlen(path);
	const struct page_route *route;
	bool other_method;

	if (length == strlen(STYLE_PATH) && !strncmp(path, STYLE_PATH, length)) {
		for (size_t i = 0; page_style[i]; i++)
			text_put(&v->html, page_style[i]);
		v->file = text_bytes(&v->html);
		v->file_type = "text/css; charset=utf-8";
		return;
	}
	route = find(v, path, length, &other_method);
	if (!route && other_method)
		visit_say(v, 405, "Not that way", "This page cannot be asked for like this.");
	else if (!route)
		visit_say(v, 404, "Page not found",
			"There is nothing at this address. Check the link, or ask for a new one.");
	else if (read_given(v, query ? query + 1 : NULL))
		route->run(v);
}

void pages_serve(struct engine *e, const struct request *request, struct reply *out)
{
	struct visit v;

	visit_open(&v, e, request);
	run(&v);
	answer(&v, out);
	visit_close(&v);
}

void pages_refuse(struct reply *out, int status, const char *title, const char *message)
{
	static const struct request nothing = { .method = "GET", .target = "/" };
	struct visit v;

	visit_open(&v, NULL, &nothing);
	visit_say(&v, status, title, message);
	answer(&v, out);
	visit_close(&v);
}
