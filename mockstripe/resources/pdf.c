/* SPDX-License-Identifier: MIT */
#include "resources/pdf.h"

#include <hpdf.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TOP 60.0F
#define BOTTOM 60.0F
#define LONGEST 512 /* characters of one text */

struct pdf {
	HPDF_Doc file;
	HPDF_Page page;
	HPDF_Font plain, bold;
	float y; /* of the present line, from the bottom */
};

/* libhpdf calls it and goes on; what it made is asked for afterwards with HPDF_GetError. */
static void on_error(HPDF_STATUS error, HPDF_STATUS detail, void *arg)
{
	(void)error, (void)detail, (void)arg;
}

static void begin_page(struct pdf *p)
{
	p->page = HPDF_AddPage(p->file);
	HPDF_Page_SetSize(p->page, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
	p->y = HPDF_Page_GetHeight(p->page) - TOP;
}

struct pdf *pdf_new(void)
{
	struct pdf *p = mem_alloc(sizeof *p);

	p->file = HPDF_New(on_error, NULL);
	if (!p->file)
		die("out of memory");
	p->plain = HPDF_GetFont(p->file, "Helvetica", "WinAnsiEncoding");
	p->bold = HPDF_GetFont(p->file, "Helvetica-Bold", "WinAnsiEncoding");
	begin_page(p);
	return p;
}

struct bytes *pdf_take(struct pdf *p)
{
	struct bytes *bytes = NULL;

	if (HPDF_SaveToStream(p->file) == HPDF_OK && HPDF_GetError(p->file) == HPDF_OK) {
		HPDF_UINT32 size = HPDF_GetStreamSize(p->file);

		bytes = bytes_blank(size);
		if (HPDF_ReadFromStream(p->file, (HPDF_BYTE *)bytes->data, &size) != HPDF_OK || size != bytes->length) {
			bytes_drop(bytes);
			bytes = NULL;
		}
	}
	HPDF_Free(p->file);
	free(p);
	return bytes;
}

/* UTF-8 as Latin-1. */
static void plain_text(char out[LONGEST], const char *text)
{
	size_t n = 0;

	for (const unsigned char *c = (const unsigned char *)text; *c && n + 1 < LONGEST; c++) {
		if ((*c & 0xC0) == 0x80)
			continue;
		if (*c < 0x80)
			out[n++] = (char)*c;
		else
			out[n++] = *c == 0xC2 || *c == 0xC3 ? (char)((*c & 3) << 6 | (c[1] & 0x3F)) : '?';
	}
	out[n] = 0;
}

static void write_at(struct pdf *p, float x, float size, bool bold, const char *latin)
{
	HPDF_Page_BeginText(p->page);
	HPDF_Page_SetFontAndSize(p->page, bold ? p->bold : p->plain, size);
	HPDF_Page_TextOut(p->page, x, p->y, latin);
	HPDF_Page_EndText(p->page);
}

static float width_of(struct pdf *p, float size, bool bold, const char *latin)
{
	HPDF_Page_SetFontAndSize(p->page, bold ? p->bold : p->plain, size);
	return HPDF_Page_TextWidth(p->page, latin);
}

void pdf_text(struct pdf *p, float x, float size, bool bold, const char *text)
{
	char latin[LONGEST];

	if (!text)
		return;
	plain_text(latin, text);
	write_at(p, x, size, bold, latin);
}

void pdf_text_right(struct pdf *p, float x, float size, bool bold, const char *text)
{
	char latin[LONGEST];

	if (!text)
		return;
	plain_text(latin, text);
	write_at(p, x - width_of(p, size, bold, latin), size, bold, latin);
}

void pdf_text_within(struct pdf *p, float x, float width, float size, const char *text)
{
	char latin[LONGEST];
	size_t length;

	if (!text)
		return;
	plain_text(latin, text);
	length = strlen(latin);
	while (length > 4 && width_of(p, size, false, latin) > width) {
		length--;
		memcpy(latin + length - 3, "...", 4);
	}
	write_at(p, x, size, false, latin);
}

void pdf_down(struct pdf *p, float by)
{
	p->y -= by;
	if (p->y < BOTTOM)
		begin_page(p);
}

void pdf_rule(struct pdf *p)
{
	HPDF_Page_SetLineWidth(p->page, 0.5F);
	HPDF_Page_MoveTo(p->page, PDF_LEFT, p->y);
	HPDF_Page_LineTo(p->page, PDF_RIGHT, p->y);
	HPDF_Page_Stroke(p->page);
}
