/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_VERSIONS_HISTORY_H
#define RESOURCES_VERSIONS_HISTORY_H

#include "api/version_changes.h"

/* The dated changes, newest first; NULL at the end. Each is a file of this folder, or a row of early.c. */
extern const struct version_change *const version_history[];

extern const struct version_change change_2026_09_30, change_2025_09_30, change_2025_03_31, change_2024_04_10,
	change_2023_08_16, change_2022_11_15, change_2022_08_01, change_2020_08_27, change_2019_10_17;

/* 2025-03-31, in its parts: lines and invoice items; the routes for upcoming invoices. */
void basil_show_line(const struct older *o, json_t *line);
void basil_show_invoice_item(const struct older *o, json_t *item);
/* taxes of an invoice, a line or a credit note as they were: tree[before] from tree[now], which goes. */
void basil_show_taxes(const struct older *o, json_t *tree, const char *now, const char *before);
extern const struct version_route basil_routes[];
/* A usage record as the meter event that stands in for it: its own parameters wait in the payload. */
void basil_take_record(struct call *call, json_t *given);
/* How usage without a meter is added up: aggregate_usage, in; and out, into `tree` of a price or plan with `terms`. */
void basil_take_aggregation(struct call *call, json_t *given);
void basil_show_aggregation(const struct older *o, json_t *tree, const json_t *terms);
/* coupon and promotion_code at the top become discounts[]. */
void basil_take_coupon(json_t *given);

#endif
