/* SPDX-License-Identifier: MIT */
/* Files: an upload as multipart/form-data, what the file object says of it, and its content read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "suites/support/api.h"

#define FILE_PART(name)                                                                                                \
	"--mark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" name                                    \
	"\"\r\nContent-Type: image/png\r\n\r\nfive!\r\n"
#define FIELD(name, value) "--mark\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define END "--mark--\r\n"

static const struct answer *upload(struct house *h, const char *body)
{
	static const char *const headers[] = { "Content-Type: multipart/form-data; boundary=mark", NULL };

	return api_with(h, "POST", "/v1/files", body, headers);
}

static void upload__tells_name_size_and_type(void **state)
{
	struct house *h = *state;
	const struct answer *a = upload(h, FIELD("purpose", "dispute_evidence") FILE_PART("Receipt.PNG") END);

	assert_status(a, 200);
	assert_field(a, "object", "file");
	assert_field(a, "filename", "Receipt.PNG");
	assert_field(a, "purpose", "dispute_evidence");
	assert_money(a, "size", 5);
	assert_field(a, "type", "png");
	assert_money(a, "created", HOUSE_NOW);
	assert_field(a, "title", NULL);
	assert_same_int((int64_t)field_count(a, "links.data"), 0);
	assert_string_equal(api_ok(h, "GET", text_of(h, "/v1/files/%s", field(a, "id")), NULL)->text, a->text);
	assert_field(api_ok(h, "GET", "/v1/files?purpose=dispute_evidence", NULL), "data.0.id", field(a, "id"));
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/files?purpose=business_logo", NULL), "data"), 0);
}

static void content__is_read_back_from_the_url(void **state)
{
	struct house *h = *state;
	const struct answer *file = upload(h, FIELD("purpose", "dispute_evidence") FILE_PART("a.png") END);
	const struct answer *a = api(h, "GET", field(file, "url"), NULL);

	assert_status(a, 200);
	assert_string_equal(a->text, "five!");
	assert_string_equal(header_of(a, "Content-Type"), "application/octet-stream");
	a = api(h, "GET", "/_mockstripe/files/file_none", NULL);
	assert_status(a, 404);
	assert_field(a, "error.type", "mockstripe_error");
}

static void type__comes_from_the_name_or_the_part(void **state)
{
	struct house *h = *state;

	assert_field(upload(h, FIELD("purpose", "dispute_evidence") FILE_PART("a.jpeg") END), "type", "jpg");
	assert_field(upload(h, FIELD("purpose", "dispute_evidence") FILE_PART("noend") END), "type", "png");
}

static void link__is_made_along(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		upload(h, FIELD("purpose", "business_logo") FILE_PART("a.png") FIELD("file_link_data[create]", "true")
				  FIELD("file_link_data[metadata][order]", "6735") END);

	assert_status(a, 200);
	assert_field(a, "links.data.0.object", "file_link");
	assert_field(a, "links.data.0.file", field(a, "id"));
	assert_field(a, "links.data.0.metadata.order", "6735");
	assert_string_equal(api(h, "GET", field(a, "links.data.0.url"), NULL)->text, "five!");
}

static void link__names_a_file(void **state)
{
	struct house *h = *state;
	const struct answer *file = upload(h, FIELD("purpose", "business_logo") FILE_PART("a.png") END);
	const struct answer *a =
		api_ok(h, "POST", "/v1/file_links", text_of(h, "file=%s&expand[]=file", field(file, "id")));

	assert_field(a, "file.id", field(file, "id"));
	assert_string_equal(api(h, "GET", field(a, "url"), NULL)->text, "five!");
	assert_error(api(h, "POST", "/v1/file_links", "file=file_none"), 400, "resource_missing", "file",
		"No such file: 'file_none'");
}

static void refused__without_a_file(void **state)
{
	struct house *h = *state;

	assert_error(upload(h, FIELD("purpose", "dispute_evidence") END), 400, "parameter_missing", "file",
		"Missing required param: file.");
	assert_error(upload(h, FIELD("purpose", "dispute_evidence") FIELD("file", "text") END), 400, NULL, "file",
		"Invalid file: it has to be sent as multipart/form-data, in a part with a filename.");
	assert_error(api(h, "POST", "/v1/files", "purpose=dispute_evidence&file[filename]=a&file[size]=5"), 400, NULL,
		"file", "Invalid file: ");
	assert_error(upload(h, FILE_PART("a.png") END), 400, "parameter_missing", "purpose",
		"Missing required param: purpose.");
	assert_error(upload(h, FIELD("purpose", "fun") FILE_PART("a.png") END), 400, NULL, "purpose",
		"Invalid purpose: must be one of ");
	assert_error(upload(h, FILE_PART("a.png")), 400, NULL, NULL, "the multipart body is cut off");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/files", NULL), "data"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(upload__tells_name_size_and_type, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(content__is_read_back_from_the_url, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(type__comes_from_the_name_or_the_part, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(link__is_made_along, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(link__names_a_file, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(refused__without_a_file, house_setup, house_teardown),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
