/* SPDX-License-Identifier: MIT */
#ifndef API_MULTIPART_H
#define API_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/json.h"

/*
 * multipart/form-data (RFC 7578, RFC 2046 section 5.1), which POST /v1/files is sent as. A field becomes a string leaf
 *of the same tree that form_read makes: purpose=x, file_link_data[create]=true, expand[]=links. A part with a filename
 * becomes an object that no form field can be mistaken for:
 *
 *	"file": { "filename": "receipt.png", "type": "image/png", "size": 5012, "data_base64": "iVBORw0..." }
 *
 * type is "application/octet-stream" where the part names none; size counts the bytes; the bytes stand in base64
 *because a JSON string must be UTF-8. multipart_file_content gives them back.
 */
#define MULTIPART_FILE_MOST (16u << 20) /* bytes in one file: what Stripe docs, "File upload guide", allow at most */
#define MULTIPART_HEADER_MOST 4096	/* bytes of one part's headers */

/*
 * Adds the parts of `body` to `into`. false, with a sentence in *why (static), when it is malformed, cut off or too
 * large; `into` may hold the parts before that one then. The last of two equal names wins, as in a form.
 */
bool multipart_read(
	json_t *into, const char *content_type, const char *body, size_t length, struct arena *arena, const char **why);

/* The bytes of such a file object, one owner; NULL when it is none (a plain field was sent in its place). */
struct bytes *multipart_file_content(const json_t *file);

#endif
