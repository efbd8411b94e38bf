/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_INPUTS_H
#define ACTIONS_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

/*
 * Declared inputs. One table of rows says what a JSON object may hold; the same table checks what a model sends, checks
 * the configuration file, and becomes the JSON Schema that tool lists carry, so that the three cannot drift apart.
 */
enum input_kind {
	INPUT_TEXT,    /* min and max count characters; control characters and bidirectional overrides are refused */
	INPUT_INTEGER, /* min and max bound the value                                                            */
	INPUT_FLAG,
	INPUT_CHOICE, /* one of `choices`                                                                       */
	INPUT_OBJECT, /* `fields`: rows up to one without a name                                                */
	INPUT_LIST,   /* `fields`: one row, the element; min and max count elements                             */
	INPUT_ANY,    /* not looked into                                                                        */
};

struct input {
	const char *name;
	enum input_kind kind;
	bool required;
	bool lines;		    /* TEXT: newlines and tabs are allowed */
	int64_t min, max;	    /* max 0: no ceiling */
	const char *const *choices; /* NULL at the end */
	const struct input *fields;
	const char *offered; /* TEXT whose values the configuration knows: the set's name, given to inputs_offer */
	const char *what;    /* one line for the model and for help; NULL when the table is not shown to anybody */
};

/* Names the values of an `offered` input for the schema: a new array of strings, or NULL for no closed set. */
typedef json_t *inputs_offer(const void *arg, const char *set);

/*
 * Checks an object against rows. A missing value and null are the same thing, as strict tool schemas send null for
 * "not given". Every fault found is appended to `faults` (an array) as {path, rule, problem}: rule is one of required,
 * unknown, type, length, range, choice, characters. Paths start with `root` ("$" for a configuration file, "" for
 * arguments). Gives the number of faults added.
 */
size_t inputs_check(const struct input *rows, json_t *value, const char *root, json_t *faults);

enum inputs_style {
	INPUTS_OPEN,   /* JSON Schema 2020-12: optional inputs are absent from "required"                      */
	INPUTS_STRICT, /* every property required, optional ones may be null, no keyword strict modes refuse */
};

/* A new JSON Schema of type object. offer may be NULL. */
json_t *inputs_schema(const struct input *rows, enum inputs_style style, inputs_offer *offer, const void *arg);

/* A copy of `value` holding only known, non-null inputs in the order of the table: equal requests give equal bytes. */
json_t *inputs_canonical(const struct input *rows, json_t *value);

#endif
