/* SPDX-License-Identifier: MIT */
#include "suites/actions/company.h"

#include <stdlib.h>

#include "actions/widget/widget.h"

/* The widget's pages as whoever serves them gets them: what is there, for whom, and with which policies. */

static const char *const sites[] = { "https://shop.example.com", "http://localhost:8080", NULL };

static const struct widget_place place = { .origin = "http://127.0.0.1:8080", .sites = sites };
static const struct widget_place demo_place = { .origin = "http://127.0.0.1:8080", .sites = sites, .demo = true };

/* The page as text; it must be there, with a policy that lets nothing in by default. */
static char *page_text(struct company *c, const struct widget_place *where, const char *path, const char *contact,
	struct widget_page *page)
{
	memset(page, 0, sizeof(*page));
	assert_true(widget_page(c->agent, where, path, contact, page));
	assert_non_null(page->type);
	assert_non_null(strstr(page->policy, "default-src 'none'"));
	assert_null(strstr(page->policy, "unsafe"));
	return strndup(page->body, page->length);
}

static json_t *page_json(struct company *c, const struct widget_place *where, const char *path, const char *contact)
{
	struct widget_page page;
	char *text = page_text(c, where, path, contact, &page);
	json_t *tree = json_loads(text, 0, NULL);

	assert_string_equal(page.type, "application/json; charset=utf-8");
	assert_string_equal(page.caching, "no-store");
	assert_non_null(tree);
	free(text);
	widget_page_clear(&page);
	return tree;
}

static void files_are_there(void **state)
{
	static const struct {
		const char *path, *type, *holds;
	} rows[] = {
		{ "/widget/embed.js", "text/javascript; charset=utf-8", "window[name]" },
		{ "/widget/queue.js", "text/javascript; charset=utf-8", "new Proxy(" },
		{ "/widget/forms.js", "text/javascript; charset=utf-8", "export function cancelCard" },
		{ "/widget/page.js", "text/javascript; charset=utf-8", "export class Page" },
		{ "/widget/words.js", "text/javascript; charset=utf-8", "export class Words" },
		{ "/widget/frame.html", "text/html; charset=utf-8", "role=\"log\"" },
		{ "/widget/frame.js", "text/javascript; charset=utf-8", "./cards.js" },
		{ "/widget/cards.js", "text/javascript; charset=utf-8", "./build.js" },
		{ "/widget/build.js", "text/javascript; charset=utf-8", "export function node" },
		{ "/widget/door.js", "text/javascript; charset=utf-8", "export class Door" },
		{ "/widget/style.css", "text/css; charset=utf-8", "prefers-color-scheme: dark" },
	};
	struct company c;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct widget_page page;
		char *text = page_text(&c, &place, rows[i].path, NULL, &page);

		assert_int_equal(page.status, 200);
		assert_string_equal(page.type, rows[i].type);
		assert_non_null(strstr(text, rows[i].holds));
		assert_non_null(strstr(text, "SPDX-License-Identifier: MIT"));
		/* Nothing from elsewhere, no markup from text. */
		assert_null(strstr(text, "innerHTML"));
		free(text);
		widget_page_clear(&page);
	}
	company_close(&c);
}

static void only_known_sites_frame_it(void **state)
{
	struct company c;
	struct widget_page page;
	char *text;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	text = page_text(&c, &place, "/widget/frame.html", NULL, &page);
	assert_non_null(strstr(page.policy, "frame-ancestors https://shop.example.com http://localhost:8080"));
	assert_string_equal(page.shared, "same-origin");
	free(text);
	widget_page_clear(&page);
	text = page_text(&c, &place, "/widget/embed.js", NULL, &page);
	assert_string_equal(page.shared, "cross-origin");
	free(text);
	widget_page_clear(&page);
	company_close(&c);
}

static void without_sites_nobody_frames_it(void **state)
{
	const struct widget_place nowhere = { .origin = "http://127.0.0.1:8080" };
	struct company c;
	struct widget_page page;
	char *text;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	text = page_text(&c, &nowhere, "/widget/frame.html", NULL, &page);
	assert_non_null(strstr(page.policy, "frame-ancestors 'none'"));
	free(text);
	widget_page_clear(&page);
	company_close(&c);
}

static void settings_hold_names_and_no_secret(void **state)
{
	struct company c;
	json_t *settings;
	char *text;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	settings = page_json(&c, &place, "/widget/settings.json", NULL);
	assert_string_equal(js_text_at(settings, "agent.name"), "Test");
	assert_string_equal(js_text(settings, "environment"), "widget");
	assert_string_equal(js_text_at(settings, "actions.0.kind"), "subscription_info");
	assert_string_equal(js_text_at(settings, "actions.2.name"), "manage");
	assert_int_equal(json_array_size(js_get(settings, "actions")), 4); /* without the one that is switched off */
	assert_string_equal(js_text_at(settings, "cancellation.mode"), "choice");
	assert_int_equal(json_array_size(js_at(settings, "cancellation.reasons")), 8);
	assert_int_equal(json_array_size(js_get(settings, "billing_fields")), 3);
	assert_int_equal(json_array_size(js_get(settings, "sites")), 2);
	assert_string_equal(js_text_at(settings, "operations.0"), "list_plans");
	text = json_dumps(settings, 0);
	assert_null(strstr(text, KEY));
	assert_null(strstr(text, "sk_test"));
	assert_null(strstr(text, "cus_"));
	free(text);
	json_decref(settings);
	company_close(&c);
}

static void the_demo_is_off_by_default(void **state)
{
	static const char *const paths[] = { "/demo", "/demo/", "/demo/demo.js", "/demo/contacts", "/demo/session" };
	struct company c;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		struct widget_page page = { 0 };

		assert_false(widget_page(c.agent, &place, paths[i], "ada", &page));
		widget_page_clear(&page);
	}
	company_close(&c);
}

static void the_demo_includes_the_script_of_this_server(void **state)
{
	struct company c;
	struct widget_page page;
	char *text;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	text = page_text(&c, &demo_place, "/demo", NULL, &page);
	assert_non_null(strstr(text, "<script src=\"http://127.0.0.1:8080/widget/embed.js\" async></script>"));
	assert_non_null(strstr(page.policy, "frame-src http://127.0.0.1:8080;"));
	free(text);
	widget_page_clear(&page);
	company_close(&c);
}

static void the_demo_signs_its_contacts_in(void **state)
{
	struct company c;
	json_t *session;
	struct arena arena = { 0 };
	struct problem why;
	struct identity who = { 0 };

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	session = page_json(&c, &demo_place, "/demo/session", "ada");
	problem_init(&why, &arena);
	assert_true(token_verify(c.agent->config, js_text(session, "token"), NOW, &who, &why));
	assert_string_equal(who.user_id, "ada");
	assert_int_equal(who.expires_at, NOW + 3600);
	problem_clear(&why);
	arena_free(&arena);
	json_decref(session);
	company_close(&c);
}

static void the_demo_knows_only_its_contacts(void **state)
{
	struct company c;
	struct widget_page page = { 0 };
	json_t *contacts;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	assert_true(widget_page(c.agent, &demo_place, "/demo/session", "nobody", &page));
	assert_int_equal(page.status, 404);
	widget_page_clear(&page);
	memset(&page, 0, sizeof(page));
	assert_true(widget_page(c.agent, &demo_place, "/demo/session", NULL, &page));
	assert_int_equal(page.status, 404);
	widget_page_clear(&page);
	contacts = page_json(&c, &demo_place, "/demo/contacts", NULL);
	assert_int_equal(json_array_size(js_get(contacts, "contacts")), 4);
	json_decref(contacts);
	company_close(&c);
}

static void what_is_not_there_is_not_found(void **state)
{
	static const char *const paths[] = { "/", "/widget", "/widget/", "/widget/files.S",
		"/widget/../widget/embed.js", "/widget/embed.js/", "/WIDGET/embed.js", "/widget/demo.html" };
	struct company c;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		struct widget_page page = { 0 };

		assert_false(widget_page(c.agent, &demo_place, paths[i], NULL, &page));
		widget_page_clear(&page);
	}
	company_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_there),
		cmocka_unit_test(only_known_sites_frame_it),
		cmocka_unit_test(without_sites_nobody_frames_it),
		cmocka_unit_test(settings_hold_names_and_no_secret),
		cmocka_unit_test(the_demo_is_off_by_default),
		cmocka_unit_test(the_demo_includes_the_script_of_this_server),
		cmocka_unit_test(the_demo_signs_its_contacts_in),
		cmocka_unit_test(the_demo_knows_only_its_contacts),
		cmocka_unit_test(what_is_not_there_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
