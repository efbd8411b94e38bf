/* SPDX-License-Identifier: MIT */
#include "actions/widget/assets.h"

#include <string.h>

#include "base/mem.h"

#define HTML "text/html; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"
#define STYLE "text/css; charset=utf-8"

/* files.S */
extern const char widget_embed_js[], widget_embed_js_end[], widget_frame_html[], widget_frame_html_end[],
	widget_frame_js[], widget_frame_js_end[], widget_build_js[], widget_build_js_end[], widget_cards_js[],
	widget_cards_js_end[], widget_door_js[], widget_door_js_end[], widget_style_css[], widget_style_css_end[],
	widget_forms_js[], widget_forms_js_end[], widget_page_js[], widget_page_js_end[], widget_words_js[],
	widget_words_js_end[], widget_demo_html[], widget_demo_html_end[], widget_queue_js[], widget_queue_js_end[],
	widget_demo_js[], widget_demo_js_end[], widget_demo_css[], widget_demo_css_end[];

static const struct asset assets[] = {
	{ "/widget/embed.js", SCRIPT, widget_embed_js, widget_embed_js_end, true, false },
	{ "/widget/queue.js", SCRIPT, widget_queue_js, widget_queue_js_end, true, false },
	{ "/widget/frame.html", HTML, widget_frame_html, widget_frame_html_end, false, false },
	{ "/widget/frame.js", SCRIPT, widget_frame_js, widget_frame_js_end, false, false },
	{ "/widget/build.js", SCRIPT, widget_build_js, widget_build_js_end, false, false },
	{ "/widget/cards.js", SCRIPT, widget_cards_js, widget_cards_js_end, false, false },
	{ "/widget/door.js", SCRIPT, widget_door_js, widget_door_js_end, false, false },
	{ "/widget/forms.js", SCRIPT, widget_forms_js, widget_forms_js_end, false, false },
	{ "/widget/page.js", SCRIPT, widget_page_js, widget_page_js_end, false, false },
	{ "/widget/words.js", SCRIPT, widget_words_js, widget_words_js_end, false, false },
	{ "/widget/style.css", STYLE, widget_style_css, widget_style_css_end, false, false },
	{ "/demo", HTML, widget_demo_html, widget_demo_html_end, false, true },
	{ "/demo/queue.js", SCRIPT, widget_queue_js, widget_queue_js_end, false, true },
	{ "/demo/demo.js", SCRIPT, widget_demo_js, widget_demo_js_end, false, true },
	{ "/demo/demo.css", STYLE, widget_demo_css, widget_demo_css_end, false, true },
};

const struct asset *asset_find(const char *path)
{
	for (size_t i = 0; i < COUNT_OF(assets); i++)
		if (!strcmp(assets[i].path, path))
			return &assets[i];
	return NULL;
}
