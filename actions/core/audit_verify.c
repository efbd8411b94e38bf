/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions/core/audit.h"
#include "actions/core/audit_chain.h"
#include "base/json.h"

struct verifying {
	const struct secret *secrets;
	size_t n_secrets;
	struct audit_report *report;
	char prev[DIGEST_HEX];
	const char *kept; /* a hash that is still to be met; NULL: none, or it was */
	const char *fault;
};

static bool wrong(struct verifying *v, const char *fault)
{
	v->fault = fault;
	return false;
}

static bool is_hex(const char *text)
{
	return text && strlen(text) == DIGEST_HEX - 1 && strspn(text, "0123456789abcdef") == DIGEST_HEX - 1;
}

/* The secret of the id that the line names, and the seal made with it. */
static bool seal_check(struct verifying *v, const json_t *chain, const char *hash)
{
	const char *key = js_text(chain, "key"), *seal = js_text(chain, "seal");
	char made[DIGEST_HEX];

	for (size_t i = 0; key && i < v->n_secrets; i++) {
		if (strcmp(v->secrets[i].id, key) != 0)
			continue;
		chain_seal(&v->secrets[i], hash, made);
		return (is_hex(seal) && !strcmp(seal, made)) || wrong(v, "the seal is not this agent's");
	}
	v->report->unsealed++;
	return true;
}

static bool line_check(struct verifying *v, const char *line, size_t length)
{
	js_auto record = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
	js_auto chain = js_get(record, "chain") ? json_incref(js_get(record, "chain")) : NULL;
	const char *prev = js_text(chain, "prev"), *hash = js_text(chain, "hash");
	char made[DIGEST_HEX];

	if (!json_is_object(record))
		return wrong(v, "is not a JSON object");
	if (!is_hex(prev) || !is_hex(hash))
		return wrong(v, "has no link of the chain");
	json_object_del(record, "chain");
	chain_hash(prev, record, made);
	if (strcmp(made, hash) != 0)
		return wrong(v, "was changed after it was written");
	if (strcmp(prev, v->prev) != 0)
		return wrong(v, "does not follow the line before it: lines were removed, added or moved");
	if (js_int(chain, "seq", -1) != (int64_t)v->report->lines + 1)
		return wrong(v, "has the number of another line");
	if (!seal_check(v, chain, hash))
		return false;
	if (v->kept && !strcmp(v->kept, hash))
		v->kept = NULL;
	memcpy(v->prev, hash, DIGEST_HEX);
	memcpy(v->report->last, hash, DIGEST_HEX);
	v->report->lines++;
	return true;
}

bool audit_verify(const char *file, const struct secret *secrets, size_t n_secrets, const char *kept,
	struct audit_report *report, struct text *why)
{
	struct verifying v = { .secrets = secrets, .n_secrets = n_secrets, .report = report, .kept = kept };
	FILE *in = fopen(file, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	bool good = true;

	memset(report, 0, sizeof(*report));
	memcpy(v.prev, CHAIN_START, DIGEST_HEX);
	if (!in) {
		text_format(why, "%s: %s", file, strerror(errno));
		return false;
	}
	while (good && (length = getline(&line, &room, in)) > 0) {
		if (line[length - 1] == '\n')
			good = line_check(&v, line, (size_t)length - 1);
		else
			report->torn = true;
	}
	if (good && ferror(in))
		good = wrong(&v, "cannot be read");
	if (good && v.kept)
		good = wrong(&v,
			"has to come, or one before it, with the hash that was kept: lines were cut off at the end");
	if (!good)
		text_format(why, "%s: line %zu %s", file, report->lines + 1, v.fault);
	free(line);
	fclose(in);
	return good;
}
