/* SPDX-License-Identifier: MIT */
#include "api/multipart.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "api/form.h"
#include "base/json.h"
#include "base/mem.h"

#define BOUNDARY_MOST 70 /* RFC 2046 section 5.1.1 */

struct range {
	const char *at;
	size_t length;
};

struct reader {
	json_t *into;
	struct arena *arena;
	struct range mark; /* "\r\n--" and the boundary */
	const char *at, *end;
	const char **why;
};

static bool refuse(struct reader *r, const char *why)
{
	*r->why = why;
	return false;
}

static const char *find(const char *from, const char *end, const char *what, size_t length)
{
	return from <= end ? memmem(from, (size_t)(end - from), what, length) : NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* ---- header values: "form-data; name=\"file\"; filename=\"a.png\"" ---- */

/*
 * A quoted value up to its closing quote. Only \" and \\ are escapes: browsers once sent whole Windows paths unescaped.
 * Forms made after the WHATWG's rules write the quote as %22 and line ends as %0D and %0A.
 */
static const char *read_quoted(const char *at, const char *end, char *out)
{
	static const struct {
		const char *code;
		char c;
	} codes[] = { { "%22", '"' }, { "%0D", '\r' }, { "%0A", '\n' } };

	while (at < end && *at != '"') {
		bool coded = false;

		if (*at == '\\' && at + 1 < end && (at[1] == '"' || at[1] == '\\')) {
			*out++ = at[1];
			at += 2;
			continue;
		}
		for (size_t i = 0; i < COUNT_OF(codes) && end - at >= 3 && !coded; i++) {
			coded = !strncasecmp(at, codes[i].code, 3);
			if (coded)
				*out++ = codes[i].c;
		}
		if (!coded)
			*out++ = *at;
		at += coded ? 3 : 1;
	}
	*out = 0;
	return at < end ? at + 1 : NULL;
}

/* The value of one parameter of a header's value, as arena text; NULL when absent or when the quotes do not close. */
static char *header_param(struct arena *arena, struct range value, const char *name)
{
	const char *end = value.at + value.length;
	const char *at = memchr(value.at, ';', value.length);
	char *out = arena_alloc(arena, value.length + 1);

	while (at && at < end) {
		while (at < end && (*at == ';' || is_blank(*at)))
			at++;
		const char *key = at;

		while (at < end && *at != '=' && *at != ';')
			at++;
		size_t key_length = (size_t)(at - key);

		if (at == end || *at == ';')
			continue; /* a parameter without a value */
		at++;
		if (at < end && *at == '"') {
			at = read_quoted(at + 1, end, out);
			if (!at)
				return NULL;
		} else {
			size_t n = 0;

			while (at < end && *at != ';' && !is_blank(*at))
				out[n++] = *at++;
			out[n] = 0;
		}
		if (key_length == strlen(name) && !strncasecmp(key, name, key_length))
			return out;
		at = memchr(at, ';', (size_t)(end - at));
	}
	return NULL;
}

/* The value of a header among a part's header lines, without blanks around it; at is NULL when it is not there. */
static struct range header(struct range lines, const char *name)
{
	const char *end = lines.at + lines.length;
	size_t n = strlen(name);

	for (const char *at = lines.at; at < end;) {
		const char *stop = find(at, end, "\r\n", 2);
		const char *last = stop ? stop : end;

		if ((size_t)(last - at) > n && at[n] == ':' && !strncasecmp(at, name, n)) {
			for (at += n + 1; at < last && is_blank(*at); at++)
				;
			while (last > at && is_blank(last[-1]))
				last--;
			return (struct range) { at, (size_t)(last - at) };
		}
		at = last + 2;
	}
	return (struct range) { 0 };
}

static bool range_is(struct range r, const char *text)
{
	return r.length == strlen(text) && !strncasecmp(r.at, text, r.length);
}

/* ---- base64 (RFC 4648 section 4) ---- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static const char *base64(struct arena *arena, struct range content)
{
	const unsigned char *in = (const unsigned char *)content.at;
	char *out = arena_alloc(arena, (content.length + 2) / 3 * 4 + 1);
	char *o = out;

	for (size_t i = 0; i < content.length; i += 3) {
		size_t left = content.length - i;
		uint32_t word =
			(uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0);

		*o++ = digits[word >> 18];
		*o++ = digits[word >> 12 & 63];
		*o++ = left > 1 ? digits[word >> 6 & 63] : '=';
		*o++ = left > 2 ? digits[word & 63] : '=';
	}
	return out;
}

static bool unbase64(const char *text, size_t length, struct bytes *out)
{
	size_t n = 0;

	for (size_t i = 0; i < length; i += 4) {
		uint32_t word = 0;

		for (size_t k = 0; k < 4; k++) {
			const char *digit = text[i + k] == '=' ? digits : strchr(digits, text[i + k]);

			if (!digit)
				return false;
			word = word << 6 | (uint32_t)(digit - digits);
		}
		for (unsigned shift = 24; shift && n < out->length; n++)
			out->data[n] = (char)(unsigned char)(word >> (shift -= 8));
	}
	return n == out->length;
}

struct bytes *multipart_file_content(const json_t *file)
{
	const char *text = js_text(file, "data_base64");
	int64_t size = js_int(file, "size", -1);
	size_t length = text ? strlen(text) : 0;
	struct bytes *out;

	if (!text || size < 0 || size > MULTIPART_FILE_MOST || length != ((size_t)size + 2) / 3 * 4)
		return NULL;
	out = bytes_blank((size_t)size);
	if (unbase64(text, length, out))
		return out;
	bytes_drop(out);
	return NULL;
}

/* ---- parts ---- */

/* A JSON string of these bytes; NULL when they are not UTF-8, or hold a zero that would hide the rest. */
static json_t *text_value(struct range content)
{
	return memchr(content.at, 0, content.length) ? NULL : json_stringn(content.at, content.length);
}

static json_t *file_value(struct reader *r, const char *filename, struct range type, struct range content)
{
	json_t *file = json_object();

	js_put_text(file, "filename", filename);
	js_put_text(
		file, "type", type.length ? arena_range(r->arena, type.at, type.length) : "application/octet-stream");
	js_put_int(file, "size", (int64_t)content.length);
	js_put_text(file, "data_base64", base64(r->arena, content));
	return file;
}

/* RFC 7578 section 4.7 has these transfer encodings no more; those that change nothing are still sent by old libraries.
 */
static bool is_plain(struct range encoding)
{
	return !encoding.at || range_is(encoding, "binary") || range_is(encoding, "8bit") || range_is(encoding, "7bit");
}

static bool read_part(struct reader *r, struct range part)
{
	const char *end = part.at + part.length;
	const char *blank = find(part.at, end, "\r\n\r\n", 4);

	if (!blank)
		return refuse(r,
			"Invalid request: a part of the multipart body has no headers, or no blank line after them.");
	if (blank - part.at > MULTIPART_HEADER_MOST)
		return refuse(r, "Invalid request: a part of the multipart body has headers that are too long.");
	struct range lines = { part.at, (size_t)(blank - part.at) };
	struct range content = { blank + 4, (size_t)(end - blank - 4) };
	struct range disposition = header(lines, "Content-Disposition");

	if (!disposition.at || disposition.length < 9 || strncasecmp(disposition.at, "form-data", 9))
		return refuse(r, "Invalid request: a part of the multipart body is not form-data.");
	char *name = header_param(r->arena, disposition, "name");
	char *filename = header_param(r->arena, disposition, "filename");
	json_t *value;

	if (!name || !*name)
		return refuse(r, "Invalid request: a part of the multipart body has no name.");
	if (!is_plain(header(lines, "Content-Transfer-Encoding")))
		return refuse(r, "Invalid request: a part of the multipart body has a transfer encoding.");
	if (filename && content.length > MULTIPART_FILE_MOST)
		return refuse(r, "Invalid request: the file is larger than 16 MB.");
	value = json_string(name); /* only to learn whether it is UTF-8 */
	json_decref(value);
	if (value)
		value = filename ? file_value(r, filename, header(lines, "Content-Type"), content)
				 : text_value(content);
	if (!value)
		return refuse(r, "Invalid request: a part of the multipart body is not valid UTF-8.");
	if (!form_put(r->into, name, value))
		return refuse(r, "Invalid request: a parameter is nested too deeply.");
	return true;
}

/*
 * The next delimiter line at or after `from`: gives where its "\r\n--" starts and sets *after behind its line, or to
 * NULL when it is the closing one. A line that only begins with the boundary is content.
 */
static const char *find_mark(const struct reader *r, const char *from, const char **after)
{
	for (;;) {
		const char *mark = find(from, r->end, r->mark.at, r->mark.length);

		if (!mark)
			return NULL;
		const char *at = mark + r->mark.length;

		if (r->end - at >= 2 && at[0] == '-' && at[1] == '-') {
			*after = NULL;
			return mark;
		}
		while (at < r->end && is_blank(*at))
			at++;
		if (r->end - at >= 2 && at[0] == '\r' && at[1] == '\n') {
			*after = at + 2;
			return mark;
		}
		from = mark + 2;
	}
}

/* The first delimiter may stand at the very start, without the line end that belongs to all others. */
static bool find_first(struct reader *r)
{
	struct range whole = r->mark;
	const char *after, *found = NULL;

	if ((size_t)(r->end - r->at) >= whole.length - 2 && !memcmp(r->at, whole.at + 2, whole.length - 2)) {
		r->mark = (struct range) { whole.at + 2, whole.length - 2 };
		found = find_mark(r, r->at, &after);
		r->mark = whole;
		if (found != r->at)
			found = NULL;
	}
	if (!found)
		found = find_mark(r, r->at, &after);
	if (!found)
		return refuse(r, "Invalid request: the boundary of the Content-Type is not in the multipart body.");
	r->at = after; /* NULL: no parts at all */
	return true;
}

static bool read_parts(struct reader *r)
{
	size_t parts = 0;

	if (!find_first(r))
		return false;
	while (r->at) {
		const char *after;
		const char *mark = find_mark(r, r->at, &after);

		if (!mark)
			return refuse(
				r, "Invalid request: the multipart body is cut off: its last boundary is missing.");
		if (++parts > FORM_PAIRS)
			return refuse(r, "Too many parameters in one request.");
		if (!read_part(r, (struct range) { r->at, (size_t)(mark - r->at) }))
			return false;
		r->at = after;
	}
	return true;
}

bool multipart_read(
	json_t *into, const char *content_type, const char *body, size_t length, struct arena *arena, const char **why)
{
	struct reader r = { .into = into, .arena = arena, .at = body, .end = body + length, .why = why };
	const char *boundary =
		content_type ? header_param(arena, (struct range) { content_type, strlen(content_type) }, "boundary")
			     : NULL;

	if (!boundary || !*boundary || strlen(boundary) > BOUNDARY_MOST)
		return refuse(&r, "Invalid request: the Content-Type multipart/form-data needs a boundary of 1 to 70 "
				  "characters.");
	r.mark.at = arena_format(arena, "\r\n--%s", boundary);
	r.mark.length = strlen(r.mark.at);
	return read_parts(&r);
}
