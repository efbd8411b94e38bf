/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/json.h"
#include "base/scan.h"

/*
 * Every response passes here, so the pass keeps one promise that spares it nearly all checks: there is always room for
 * the rest of the input, and `spare` characters more. Copying uses up both sides alike; only what indentation adds is
 * taken from `spare`. Eight characters may be stored at once wherever eight are left to read.
 */
struct indenter {
	const char *in, *end;
	char *at;
	size_t spare;
	struct text *out;
	size_t depth;
};

#define CHUNK 16

/* Makes `spare` at least `wanted`, and more where the ceiling lets it; false when the ceiling does not allow it. */
static bool more_spare(struct indenter *x, size_t wanted)
{
	struct text *out = x->out;
	size_t rest = (size_t)(x->end - x->in);
	out->length = (size_t)(x->at - out->data);
	size_t allowed = out->ceiling - out->length;
	if (out->over || rest > allowed || wanted > allowed - rest)
		return false;
	/* Indentation adds about a half to a typical body; doubling what is left seldom has to be repeated. */
	size_t spare = wanted + rest / 2 + 256;
	if (spare > allowed - rest)
		spare = allowed - rest;
	x->at = text_room(out, rest + spare);
	x->spare = spare;
	return x->at != NULL;
}

static bool new_line(struct indenter *x)
{
	static const char spaces[CHUNK + 1] = "                ";
	size_t indent = 2 * x->depth;
	if (x->spare < indent + 1 + CHUNK) {
		if (!more_spare(x, indent + 1))
			return false;
	}
	x->spare -= indent + 1;
	*x->at++ = '\n';
	if (x->spare < CHUNK) {
		memset(x->at, ' ', indent);
	} else {
		/* Whole chunks, the last of which may reach into the spare part and is overwritten by what follows. */
		for (size_t done = 0; done < indent; done += CHUNK)
			memcpy(x->at + done, spaces, CHUNK);
	}
	x->at += indent;
	return true;
}

/* Copies a string with both its quotes. A string that the input cuts short is copied as far as it goes. */
static void copy_string(struct indenter *x)
{
	const char *in = x->in, *end = x->end;
	char *at = x->at;
	*at++ = *in++;
	while (in < end) {
		if (end - in >= 8) {
			uint64_t word = scan_load(in);
			uint64_t marks = scan_equal(word, '"') | scan_equal(word, '\\');
			memcpy(at, in, 8);
			if (!marks) {
				in += 8;
				at += 8;
				continue;
			}
			in += scan_first(marks);
			at += scan_first(marks);
		}
		char c = *in++;
		*at++ = c;
		if (c == '"')
			break;
		if (c == '\\' && in < end)
			*at++ = *in++;
	}
	x->in = in;
	x->at = at;
}

/* Copies a number or a word: everything up to a comma or a closing bracket. */
static void copy_scalar(struct indenter *x)
{
	const char *in = x->in, *end = x->end;
	char *at = x->at;
	while (end - in >= 8) {
		uint64_t word = scan_load(in);
		/* ']' and '}' differ in one bit, which no number and no word cares about. */
		uint64_t marks = scan_equal(word, ',') | scan_equal(word | SCAN_EACH(0x20), '}');
		memcpy(at, in, 8);
		size_t run = marks ? scan_first(marks) : 8;
		in += run;
		at += run;
		if (marks)
			break;
	}
	while (in < end && *in != ',' && *in != ']' && *in != '}')
		*at++ = *in++;
	x->in = in;
	x->at = at;
}

static bool open_container(struct indenter *x)
{
	*x->at++ = *x->in++;
	if (x->in < x->end && (*x->in == '}' || *x->in == ']')) {
		*x->at++ = *x->in++;
		return true;
	}
	x->depth++;
	return new_line(x);
}

static bool close_container(struct indenter *x)
{
	if (x->depth)
		x->depth--;
	if (!new_line(x))
		return false;
	*x->at++ = *x->in++;
	return true;
}

static bool after_name(struct indenter *x)
{
	if (!x->spare && !more_spare(x, 1))
		return false;
	x->spare--;
	*x->at++ = *x->in++;
	*x->at++ = ' ';
	return true;
}

static bool copy_next(struct indenter *x)
{
	switch (*x->in) {
	case '"':
		copy_string(x);
		return true;
	case ':':
		return after_name(x);
	case ',':
		*x->at++ = *x->in++;
		return new_line(x);
	case '{':
	case '[':
		return open_container(x);
	case '}':
	case ']':
		return close_container(x);
	default:
		copy_scalar(x);
		return true;
	}
}

void js_indent(struct text *out, const char *compact, size_t length, unsigned depth)
{
	size_t start = out->length;
	struct indenter x = { .in = compact, .end = compact + length, .out = out, .depth = depth };
	if (!out->data && !text_room(out, 0))
		return;
	x.at = out->data + start;
	bool fits = more_spare(&x, 0);
	while (fits && x.in < x.end)
		fits = copy_next(&x);
	if (fits) {
		out->length = (size_t)(x.at - out->data);
	} else {
		/* Half a body is no body: as with every add, nothing is added. */
		out->length = start;
		out->over = true;
	}
	out->data[out->length] = '\0';
}
