/* SPDX-License-Identifier: MIT */
#ifndef PAGES_VISIT_H
#define PAGES_VISIT_H

#include "base/json.h"
#include "engine/act.h"
#include "pages/html.h"
#include "pages/pages.h"

/* One request to a page, from its address to its HTML: what the room's own files share. */
struct visit {
	struct engine *engine;
	const struct request *request;
	struct arena arena;
	const char *words[3]; /* what stands at the {…} of the path; NULL: fewer */
	json_t *given;	      /* query and form; texts and objects of texts */
	const char *problem;  /* why the form was refused: shown above it; NULL */
	bool wide;	      /* of the frame that has begun */

	int status; /* 200 unless told */
	struct text html;
	const char *location; /* a redirect (303) instead of HTML */
	const char *leads_to; /* a URL of another site that a form here may end up at; NULL */
	struct bytes *file;   /* a file instead of HTML; owned */
	const char *file_type, *file_name;
};

struct page_route {
	const char *method, *pattern; /* "/p/session/{token}/subscriptions/{id}/cancel" */
	void (*run)(struct visit *v);
};

/* The tables of the room, each ended by zeros. */
extern const struct page_route portal_pages[], login_pages[], checkout_pages[], invoice_pages[];

/* What was typed or chosen; NULL when absent or empty. */
const char *visit_given(const struct visit *v, const char *name);
json_t *visit_group(const struct visit *v, const char *name); /* "address" of address[city]; NULL */

/* The account in which has() finds the word; NULL: none. */
struct account *visit_find_account(struct visit *v, bool (*has)(struct call *call, const char *word), const char *word);

/*
 * A page begins and ends. `business` is in the heading (NULL: none), `back` a link away from the page with its words
 * (NULL: none). Two calls of each pair must match.
 */
struct frame {
	const char *title, *business, *back, *back_words;
	bool wide; /* two columns: Checkout */
};
void visit_begin(struct visit *v, const struct frame *frame);
void visit_end(struct visit *v);
/* The problem, if there is one, for a screen reader too. */
void visit_show_problem(struct visit *v);
/* A page that only says something, with a status. */
void visit_say(struct visit *v, int status, const char *title, const char *message);
/* The same for a call's failure: 404 for what is not there, else `status`. */
void visit_say_failure(struct visit *v, const struct call *call, int status);

/* The name that the business goes by: of its profile, or the simulator's own. Arena. */
const char *visit_business(struct visit *v, struct call *call);

/* ---- card_form.c ---- */

/* The customer's saved methods, newest first, as an array of bodies; empty for NULL. New reference. */
json_t *saved_methods(struct call *call, const char *customer);
/* A card by its number, or one of Stripe's test cards by its name; saved (an array of methods, may be NULL) come first.
 */
void card_form(struct visit *v, json_t *saved);
/* The method that was chosen or typed there; NULL with the call's failure. */
const char *card_given(struct visit *v, struct call *call);

#endif
