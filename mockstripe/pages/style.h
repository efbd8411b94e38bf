/* SPDX-License-Identifier: MIT */
#ifndef PAGES_STYLE_H
#define PAGES_STYLE_H

/* The one style sheet of all pages, in light and dark; in parts, NULL-ended. */
#define STYLE_PATH "/p/style.css"
extern const char *const page_style[];

#endif
