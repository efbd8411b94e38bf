/* SPDX-License-Identifier: MIT */
/*
 * Compiles the API description into C tables, at build time:
 *
 *     schema-compile stripe.txt overrides.txt schema_tables.c
 *
 * The text of an array's initialiser is its identity: arrays of nodes, literals and references are written once for all
 * the places that need the same, which makes some 200 000 nodes about a tenth as many. Arrays come before the arrays
 * that point at them, as C wants it.
 */
#include "schema/compile_read.h"
#include "schema/compile_rules.h"
#include "schema/tables.h"

/* ---- equal arrays once ------------------------------------------------------------------------------------------- */

struct known {
	char *body;
	size_t id;
};

struct writer {
	FILE *out;
	const struct model *m;
	struct known *known;
	size_t count, room, nodes;
};

struct buffer {
	char *data;
	size_t length, room;
};

static void buffer_add(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void buffer_add(struct buffer *b, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	size_t need = (size_t)vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (b->length + need + 1 > b->room) {
		b->room = (b->length + need + 1) * 2;
		b->data = grown(b->data, b->room, 1);
	}
	vsnprintf(b->data + b->length, need + 1, format, again);
	va_end(again);
	b->length += need;
}

static void buffer_quote(struct buffer *b, const char *text)
{
	if (text == NULL) {
		buffer_add(b, "0");
		return;
	}
	buffer_add(b, "\"");
	for (; *text != 0; text++)
		buffer_add(b, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	buffer_add(b, "\"");
}

static struct known *known_slot(struct known *known, size_t room, const char *body)
{
	size_t hash = 5381;

	for (const char *c = body; *c != 0; c++)
		hash = hash * 33 + (unsigned char)*c;
	for (hash &= room - 1; known[hash].body != NULL; hash = (hash + 1) & (room - 1))
		if (strcmp(known[hash].body, body) == 0)
			break;
	return &known[hash];
}

static void known_grow(struct writer *w)
{
	size_t room = w->room == 0 ? 4096 : w->room * 2;
	struct known *wider = grown(NULL, room, sizeof(*wider));

	for (size_t i = 0; i < w->room; i++)
		if (w->known[i].body != NULL)
			*known_slot(wider, room, w->known[i].body) = w->known[i];
	free(w->known);
	w->known = wider;
	w->room = room;
}

/* The number of the array of this type and body, written now unless an equal one has been. Takes the body. */
static size_t array_write(struct writer *w, const char *type, struct buffer *body)
{
	if (w->count * 2 >= w->room)
		known_grow(w);
	struct known *slot = known_slot(w->known, w->room, body->data);
	if (slot->body != NULL) {
		free(body->data);
		return slot->id;
	}
	*slot = (struct known) { body->data, ++w->count };
	fprintf(w->out, "static const %s a%zu[] = {%s};\n", type, slot->id, body->data);
	return slot->id;
}

static size_t words_write(struct writer *w, const struct words *words)
{
	struct buffer b = { NULL, 0, 0 };

	for (size_t i = 0; i < words->count; i++) {
		buffer_quote(&b, words->at[i]);
		buffer_add(&b, ",");
	}
	return array_write(w, "char *const", &b);
}

static size_t refs_write(struct writer *w, const struct words *refs)
{
	struct buffer b = { NULL, 0, 0 };

	for (size_t i = 0; i < refs->count; i++)
		buffer_add(&b, "R(%zu),", (size_t)(group_find(&w->m->resources, refs->at[i]) - w->m->resources.at));
	return array_write(w, "struct schema_resource *const", &b);
}

static size_t draft_count(const struct draft *d)
{
	size_t count = 0;

	for (; d != NULL; d = d->next)
		count++;
	return count;
}

static void buffer_array(struct buffer *b, size_t id)
{
	if (id == 0)
		buffer_add(b, ",0");
	else
		buffer_add(b, ",a%zu", id);
}

/* The order of members is that of struct schema_node. 0 for an empty array. */
static size_t drafts_write(struct writer *w, const struct draft *first)
{
	struct buffer b = { NULL, 0, 0 };

	if (first == NULL)
		return 0;
	for (const struct draft *d = first; d != NULL; d = d->next) {
		size_t fields = drafts_write(w, d->fields);
		size_t literals = d->literals.count == 0 ? 0 : words_write(w, &d->literals);
		size_t refs = d->refs.count == 0 ? 0 : refs_write(w, &d->refs);
		buffer_add(&b, "\n{");
		buffer_quote(&b, d->n.name);
		buffer_add(&b, ",%u,%u,%zu,%zu,%zu", d->n.kind, d->n.flags, draft_count(d->fields), d->literals.count,
			d->refs.count);
		buffer_array(&b, fields);
		buffer_array(&b, literals);
		buffer_array(&b, refs);
		buffer_add(&b, ",%d,%d,%lldLL,%lldLL,%u,%u},", d->n.has_min, d->n.has_max, (long long)d->n.min,
			(long long)d->n.max, d->n.max_length, d->n.max_elements);
		w->nodes++;
	}
	return array_write(w, "struct schema_node", &b);
}

/* ---- the tree of paths ------------------------------------------------------------------------------------------- */

struct branch {
	const char *segment; /* NULL for {…} */
	struct branch *first, *any, *next;
	size_t routes[SCHEMA_VERBS];
	size_t place;
};

static const char *const verbs[SCHEMA_VERBS] = { "GET", "POST", "DELETE" };

/* The child for a segment, made and put in its place among its sorted siblings when it is not there. */
static struct branch *branch_child(struct branch *b, const char *segment)
{
	struct branch **at = segment[0] == '{' ? &b->any : &b->first;

	while (segment[0] != '{' && *at != NULL && strcmp((*at)->segment, segment) < 0)
		at = &(*at)->next;
	if (*at == NULL || ((*at)->segment != NULL && strcmp((*at)->segment, segment) != 0)) {
		struct branch *child = grown(NULL, 1, sizeof(*child));
		child->segment = segment[0] == '{' ? NULL : segment;
		child->next = segment[0] == '{' ? NULL : *at;
		*at = child;
	}
	return *at;
}

static void branch_add(struct branch *root, const struct route *r, size_t index)
{
	struct words segments = words_split(r->path + 1, strlen(r->path + 1), '/');
	size_t verb = 0;

	while (verb < SCHEMA_VERBS && strcmp(verbs[verb], r->verb) != 0)
		verb++;
	if (verb == SCHEMA_VERBS)
		refuse(r->line, "unknown verb");
	for (size_t i = 0; i < segments.count; i++)
		root = branch_child(root, segments.at[i]);
	if (root->routes[verb] != 0)
		refuse(r->line, "a route that another one hides");
	root->routes[verb] = index + 1;
}

/* Breadth first, so that siblings are neighbours. */
static void steps_write(FILE *out, struct branch *root, size_t most)
{
	struct branch **queue = grown(NULL, most, sizeof(*queue));
	size_t count = 1;

	queue[0] = root;
	fputs("const struct schema_step schema_steps[] = {\n", out);
	for (size_t i = 0; i < count; i++) {
		struct branch *b = queue[i];
		size_t first = count, literals;
		for (struct branch *child = b->first; child != NULL; child = child->next)
			queue[count++] = child;
		literals = count - first;
		size_t any = b->any == NULL ? 0 : count;
		if (b->any != NULL)
			queue[count++] = b->any;
		struct buffer line = { NULL, 0, 0 };
		buffer_quote(&line, b->segment);
		fprintf(out, "{%s,%zu,%zu,%zu,{%zu,%zu,%zu}},\n", line.data, literals == 0 ? 0 : first, literals, any,
			b->routes[0], b->routes[1], b->routes[2]);
		free(line.data);
	}
	fputs("};\n", out);
	free(queue);
}

static void paths_write(FILE *out, const struct model *m)
{
	struct branch root = { .segment = NULL };
	size_t most = 1;

	for (size_t i = 0; i < m->route_count; i++) {
		branch_add(&root, &m->routes[i], i);
		for (const char *c = m->routes[i].path; *c != 0; c++)
			most += *c == '/';
	}
	fprintf(out, "const char *const schema_verbs[] = {\"%s\",\"%s\",\"%s\"};\n", verbs[0], verbs[1], verbs[2]);
	steps_write(out, &root, most);
}

/* ---- the tables of schema.h -------------------------------------------------------------------------------------- */

static int object_order(const void *a, const void *b)
{
	const struct declared *const *left = a, *const *right = b;

	return strcmp((*left)->object, (*right)->object);
}

static void resources_write(struct writer *w)
{
	const struct group *g = &w->m->resources;
	const struct declared **sorted = grown(NULL, g->count, sizeof(*sorted));
	struct buffer b = { NULL, 0, 0 };

	for (size_t i = 0; i < g->count; i++) {
		const struct declared *r = &g->at[i];
		size_t fields = drafts_write(w, r->fields), deleted = drafts_write(w, r->deleted);
		buffer_add(&b, "{\"%s\",\"%s\",\"%s\",%u,%d,%zu,%zu,%zu", r->name, r->object, r->prefix, r->id_length,
			r->deleted != NULL, i, draft_count(r->fields), draft_count(r->deleted));
		buffer_array(&b, fields);
		buffer_array(&b, deleted);
		buffer_add(&b, "},\n");
		sorted[i] = r;
	}
	fprintf(w->out, "const struct schema_resource schema_resources[] = {\n%s};\n", b.data);
	fprintf(w->out, "const size_t schema_resource_count = %zu;\n", g->count);
	qsort(sorted, g->count, sizeof(*sorted), object_order);
	fputs("const uint16_t schema_by_object[] = {", w->out);
	for (size_t i = 0; i < g->count; i++) {
		if (i > 0 && strcmp(sorted[i - 1]->object, sorted[i]->object) == 0)
			refuse(sorted[i]->line, "two resources with one \"object\"");
		fprintf(w->out, "%zu,", (size_t)(sorted[i] - g->at));
	}
	fputs("};\n", w->out);
	free(sorted);
	free(b.data);
}

static void route_write(struct writer *w, struct buffer *b, size_t index)
{
	const struct route *r = &w->m->routes[index];
	const struct words *refs = r->body == NULL ? NULL : &r->body->refs;
	size_t n_refs = refs == NULL ? 0 : refs->count, values = 0;
	size_t params = drafts_write(w, r->params), resources = n_refs == 0 ? 0 : refs_write(w, refs);
	size_t node = r->answer == SCHEMA_ANSWER_NODE ? drafts_write(w, r->body) : 0;

	for (const char *c = r->path; *c != 0; c++)
		values += *c == '{';
	if (values > SCHEMA_PATH_VALUES)
		refuse(r->line, "more than %d path values", SCHEMA_PATH_VALUES);
	if (index > 0) {
		const struct route *before = &w->m->routes[index - 1];
		int order = strcmp(before->path, r->path);
		if (order > 0 || (order == 0 && strcmp(before->verb, r->verb) >= 0))
			refuse(r->line, "not in order");
	}
	buffer_add(b, "{\"%s\",\"%s\",", r->verb, r->path);
	buffer_quote(b, r->host);
	buffer_add(b, ",%zu,%zu,%u,%d,%d,%zu,%zu", index, values, r->answer, starts(r->path, "/v2/"), r->multipart,
		draft_count(r->params), n_refs);
	buffer_array(b, params);
	if (n_refs == 0)
		buffer_add(b, ",0");
	else
		buffer_add(b, ",R(%zu)", (size_t)(group_find(&w->m->resources, refs->at[0]) - w->m->resources.at));
	buffer_array(b, resources);
	buffer_array(b, node);
	buffer_add(b, "},\n");
}

static void routes_write(struct writer *w)
{
	struct buffer b = { NULL, 0, 0 };

	for (size_t i = 0; i < w->m->route_count; i++)
		route_write(w, &b, i);
	fprintf(w->out, "const struct schema_route schema_routes[] = {\n%s};\n", b.data);
	fprintf(w->out, "const size_t schema_route_count = %zu;\n", w->m->route_count);
	free(b.data);
}

static void events_write(FILE *out, const char *table, const char *size, const struct words *events)
{
	fprintf(out, "const char *const %s[] = {\n", table);
	for (size_t i = 0; i < events->count; i++)
		fprintf(out, "\"%s\",\n", events->at[i]);
	fprintf(out, "0};\nconst size_t %s = %zu;\n", size, events->count);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		refuse(NULL, "usage: schema-compile stripe.txt overrides.txt schema_tables.c");
	struct model m = model_read(argv[1]);
	model_override(&m, argv[2]);
	struct writer w = { .out = fopen(argv[3], "w"), .m = &m };
	if (w.out == NULL)
		refuse(NULL, "%s: cannot be written", argv[3]);
	fputs("/* Generated by compile.c from stripe.txt and overrides.txt; not to be edited. */\n"
	      "#include \"schema/schema.h\"\n#include \"schema/tables.h\"\n"
	      "#define R(n) &schema_resources[n]\n",
		w.out);
	fprintf(w.out, "const char *const schema_api_version = \"%s\";\n", m.version);
	resources_write(&w);
	routes_write(&w);
	paths_write(w.out, &m);
	events_write(w.out, "schema_event_types", "schema_event_type_count", &m.events);
	events_write(w.out, "schema_thin_event_types", "schema_thin_event_type_count", &m.thin);
	if (ferror(w.out) || fclose(w.out) != 0)
		refuse(NULL, "%s: cannot be written", argv[3]);
	return 0;
}
