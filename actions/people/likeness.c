/* SPDX-License-Identifier: MIT */
#include "actions/people/likeness.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

#include "base/mem.h"

/* The longest id that anybody has, in characters, after the few that fold into many of them. */
#define ROOM 4096

struct likeness {
	USpoofChecker *checker;
	const UNormalizer2 *fold;
};

struct likeness *likeness_open(void)
{
	struct likeness *l = mem_alloc(sizeof(*l));
	UErrorCode code = U_ZERO_ERROR;

	l->checker = uspoof_open(&code);
	l->fold = unorm2_getNFKCCasefoldInstance(&code);
	if (U_FAILURE(code))
		die("the tables of Unicode cannot be read: %s", u_errorName(code));
	return l;
}

void likeness_close(struct likeness *l)
{
	if (!l)
		return;
	uspoof_close(l->checker);
	free(l);
}

/* Without the blanks around it, which are plain ones after folding. */
static void trim(UChar **text, int32_t *length)
{
	while (*length && (*text)[0] <= ' ')
		++*text, --*length;
	while (*length && (*text)[*length - 1] <= ' ')
		--*length;
}

static int32_t look(const struct likeness *l, const char *text, char *out)
{
	UChar read[ROOM], folded[ROOM], skeleton[ROOM], *start = folded;
	UErrorCode code = U_ZERO_ERROR;
	int32_t length = 0;

	u_strFromUTF8(read, ROOM, &length, text, -1, &code);
	length = unorm2_normalize(l->fold, read, length, folded, ROOM, &code);
	if (U_FAILURE(code))
		return -1;
	trim(&start, &length);
	length = uspoof_getSkeleton(l->checker, 0, start, length, skeleton, ROOM, &code);
	/* The skeleton of a digit may be a capital letter. */
	length = unorm2_normalize(l->fold, skeleton, length, read, ROOM, &code);
	u_strToUTF8(out, 3 * ROOM, &length, read, length, &code);
	return U_FAILURE(code) ? -1 : length;
}

void likeness_put(struct likeness *l, const char *text, struct text *out)
{
	char *found = mem_alloc(3 * ROOM);
	int32_t length = look(l, text, found);

	if (length >= 0)
		text_add(out, found, (size_t)length);
	else
		text_put(out, text);
	free(found);
}
