/* SPDX-License-Identifier: MIT */
/* Credit notes on open and paid invoices: amounts, lines, taxes, refunds, balances, events, refusals. */
#include "suites/resource/billing.h"

/* An open invoice of 3 × 10.00 and one of 5.00, sent to be paid by hand; its id. */
static const char *open_invoice(struct house *h, const char *customer, const char *more)
{
	const char *invoice = field(
		api_ok(h, "POST", "/v1/invoices", text_of(h, "customer=%s&currency=usd%s", customer, more)), "id");

	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/add_lines", invoice),
		text_of(h,
			"lines[0][description]=Widget&lines[0][price_data][product]=%s&lines[0][price_data][currency]="
			"usd&"
			"lines[0][price_data][unit_amount]=1000&lines[0][quantity]=3&lines[1][description]=Shipping&"
			"lines[1]["
			"amount]=500",
			product_new(h, "Widget")));
	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/finalize", invoice), NULL);
	return invoice;
}

static const char *paid_invoice(struct house *h, const char *customer)
{
	const char *invoice = open_invoice(h, customer, "");

	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/pay", invoice), NULL);
	return invoice;
}

static const struct answer *note(struct house *h, const char *invoice, const char *more)
{
	return api(h, "POST", "/v1/credit_notes", text_of(h, "invoice=%s&%s", invoice, more));
}

static const struct answer *note_ok(struct house *h, const char *invoice, const char *more)
{
	const struct answer *a = note(h, invoice, more);

	assert_status(a, 200);
	return a;
}

/* The id of the invoice's line with that description. */
static const char *line_id(struct house *h, const char *invoice, const char *description)
{
	const struct answer *a = get(h, "invoices", invoice);

	for (size_t i = 0; i < field_count(a, "lines.data"); i++)
		if (!strcmp(field(a, text_of(h, "lines.data.%zu.description", i)), description))
			return field(a, text_of(h, "lines.data.%zu.id", i));
	fail();
	return "";
}

/* ---- before it is paid ---- */

static void open__amount_lowers_what_is_due(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *invoice = open_invoice(h, customer, "");
	const char *mark = events_mark(h);
	const struct answer *a = note_ok(h, invoice, "amount=700&reason=order_change&memo=Sorry");
	const struct answer *after;

	assert_field(a, "type", "pre_payment");
	assert_field(a, "status", "issued");
	assert_field(a, "reason", "order_change");
	assert_field(a, "memo", "Sorry");
	assert_field(a, "invoice", invoice);
	assert_field(a, "customer", customer);
	assert_field(a, "number", text_of(h, "%s-CN-01", field(get(h, "invoices", invoice), "number")));
	assert_money(a, "amount", 700);
	assert_money(a, "subtotal", 700);
	assert_money(a, "total", 700);
	assert_money(a, "total_excluding_tax", 700);
	assert_money(a, "pre_payment_amount", 700);
	assert_money(a, "post_payment_amount", 0);
	assert_money(a, "effective_at", HOUSE_NOW);
	assert_field(a, "customer_balance_transaction", NULL);
	assert_field(a, "out_of_band_amount", NULL);
	assert_field(a, "voided_at", NULL);
	assert_same_int((int64_t)field_count(a, "refunds"), 0);
	assert_same_int((int64_t)field_count(a, "lines.data"), 1);
	assert_field(a, "lines.data.0.type", "custom_line_item");
	assert_money(a, "lines.data.0.amount", 700);
	after = get(h, "invoices", invoice);
	assert_field(after, "status", "open");
	assert_money(after, "total", 3500);
	assert_money(after, "amount_due", 2800);
	assert_money(after, "amount_remaining", 2800);
	assert_money(after, "pre_payment_credit_notes_amount", 700);
	assert_money(after, "post_payment_credit_notes_amount", 0);
	assert_events(h, mark, "credit_note.created\ninvoice.updated\n");
	after = events_after(h, mark);
	assert_json(h, after, text_of(h, "%s.data.previous_attributes", event_place(h, after, "invoice.updated")),
		"{\"amount_due\":3500,\"amount_remaining\":3500,\"pre_payment_credit_notes_amount\":0}");
}

static void open__the_rest_is_what_is_charged(void **state)
{
	struct house *h = *state;
	const char *invoice = open_invoice(h, customer_new(h, "email=a@b.c", "visa"), "");
	const struct answer *a;

	note_ok(h, invoice, "amount=700");
	a = api_ok(h, "POST", text_of(h, "/v1/invoices/%s/pay", invoice), NULL);
	assert_field(a, "status", "paid");
	assert_money(a, "amount_paid", 2800);
	assert_money(api_ok(h, "GET", "/v1/charges?limit=1", NULL), "data.0.amount", 2800);
}

static void open__all_of_it_makes_it_paid(void **state)
{
	struct house *h = *state;
	const char *invoice = open_invoice(h, customer_new(h, "email=a@b.c", "visa"), "");
	const char *mark = events_mark(h);
	const struct answer *a;

	note_ok(h, invoice, "amount=3500");
	a = get(h, "invoices", invoice);
	assert_field(a, "status", "paid");
	assert_money(a, "amount_due", 0);
	assert_money(a, "amount_paid", 0);
	assert_money(a, "amount_remaining", 0);
	assert_money(a, "status_transitions.paid_at", HOUSE_NOW);
	assert_events(h, mark,
		"credit_note.created\npayment_intent.canceled\ninvoice.updated\ninvoice.paid\ninvoice.payment_"
		"succeeded\n");
}

static void open__number_counts_up(void **state)
{
	struct house *h = *state;
	const char *invoice = open_invoice(h, customer_new(h, "email=a@b.c", "visa"), "");
	const char *number = field(get(h, "invoices", invoice), "number");
	const char *first = field(note_ok(h, invoice, "amount=100"), "id");

	api_ok(h, "POST", text_of(h, "/v1/credit_notes/%s/void", first), NULL);
	assert_field(note_ok(h, invoice, "amount=100"), "number", text_of(h, "%s-CN-02", number));
}

static void void__gives_the_amount_back_to_the_invoice(void **state)
{
	struct house *h = *state;
	const char *invoice = open_invoice(h, customer_new(h, "email=a@b.c", "visa"), "");
	const char *id = field(note_ok(h, invoice, "amount=700"), "id"), *mark = events_mark(h);
	const struct answer *a = api_ok(h, "POST", text_of(h, "/v1/credit_notes/%s/void", id), NULL);

	assert_field(a, "status", "void");
	assert_money(a, "voided_at", HOUSE_NOW);
	a = get(h, "invoices", invoice);
	assert_money(a, "amount_due", 3500);
	assert_money(a, "amount_remaining", 3500);
	assert_money(a, "pre_payment_credit_notes_amount", 0);
	assert_events(h, mark, "credit_note.voided\ninvoice.updated\n");
	assert_error(api(h, "POST", text_of(h, "/v1/credit_notes/%s/void", id), NULL), 400, NULL, NULL,
		"already been voided");
	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/pay", invoice), NULL);
	assert_money(api_ok(h, "GET", "/v1/charges?limit=1", NULL), "data.0.amount", 3500);
}

static void void__wants_an_open_invoice(void **state)
{
	struct house *h = *state;
	const char *invoice = paid_invoice(h, customer_new(h, "email=a@b.c", "visa"));
	const char *id = field(note_ok(h, invoice, "amount=700&credit_amount=700"), "id");

	assert_error(api(h, "POST", text_of(h, "/v1/credit_notes/%s/void", id), NULL), 400, NULL, NULL,
		"You can only void credit notes of open invoices.");
}

/* ---- after it was paid ---- */

static void paid__refund_amount_refunds_the_charge(void **state)
{
	struct house *h = *state;
	const char *invoice = paid_invoice(h, customer_new(h, "email=a@b.c", "visa")), *mark = events_mark(h);
	const struct answer *a = note_ok(h, invoice, "amount=700&refund_amount=700"), *refund;

	assert_field(a, "type", "post_payment");
	assert_money(a, "pre_payment_amount", 0);
	assert_money(a, "post_payment_amount", 700);
	assert_same_int((int64_t)field_count(a, "refunds"), 1);
	assert_money(a, "refunds.0.amount_refunded", 700);
	assert_field(a, "refunds.0.type", "refund");
	refund = get(h, "refunds", field(a, "refunds.0.refund"));
	assert_money(refund, "amount", 700);
	assert_money(get(h, "charges", field(refund, "charge")), "amount_refunded", 700);
	a = get(h, "invoices", invoice);
	assert_field(a, "status", "paid");
	assert_money(a, "amount_due", 3500);
	assert_money(a, "amount_paid", 3500);
	assert_money(a, "post_payment_credit_notes_amount", 700);
	assert_events(h, mark, "refund.created\ncharge.refunded\ncredit_note.created\ninvoice.updated\n");
}

static void paid__credit_amount_becomes_balance(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *invoice = paid_invoice(h, customer);
	const char *mark = events_mark(h);
	const struct answer *a = note_ok(h, invoice, "amount=700&credit_amount=700"), *moved;

	moved = api_ok(h, "GET",
		text_of(h, "/v1/customers/%s/balance_transactions/%s", customer,
			field(a, "customer_balance_transaction")),
		NULL);
	assert_money(moved, "amount", -700);
	assert_money(moved, "ending_balance", -700);
	assert_field(moved, "type", "credit_note");
	assert_field(moved, "credit_note", field(a, "id"));
	assert_field(moved, "invoice", invoice);
	assert_money(get(h, "customers", customer), "balance", -700);
	assert_events(h, mark, "customer.updated\ncredit_note.created\ninvoice.updated\n");
	/* The next invoice uses it. */
	invoice = open_invoice(h, customer, "");
	assert_money(get(h, "invoices", invoice), "amount_due", 2800);
}

static void paid__all_three_ways_add_up(void **state)
{
	struct house *h = *state;
	const char *invoice = paid_invoice(h, customer_new(h, "email=a@b.c", "visa"));
	const struct answer *a =
		note_ok(h, invoice, "amount=1000&refund_amount=500&credit_amount=300&out_of_band_amount=200");

	assert_money(a, "out_of_band_amount", 200);
	assert_money(a, "post_payment_amount", 1000);
	assert_money(a, "refunds.0.amount_refunded", 500);
}

static void paid__links_a_refund_made_before(void **state)
{
	struct house *h = *state;
	const char *invoice = paid_invoice(h, customer_new(h, "email=a@b.c", "visa"));
	const char *charge = field(api_ok(h, "GET", "/v1/charges?limit=1", NULL), "data.0.id");
	const char *refund = field(api_ok(h, "POST", "/v1/refunds", text_of(h, "charge=%s&amount=900", charge)), "id");
	const struct answer *a = note_ok(
		h, invoice, text_of(h, "amount=600&refunds[0][refund]=%s&refunds[0][amount_refunded]=600", refund));

	assert_field(a, "refunds.0.refund", refund);
	assert_money(a, "refunds.0.amount_refunded", 600);
	assert_money(get(h, "charges", charge), "amount_refunded", 900);
	/* 300 of it are left to be claimed. */
	assert_error(note(h, invoice,
			     text_of(h, "amount=400&refunds[0][refund]=%s&refunds[0][amount_refunded]=400", refund)),
		400, NULL, "refunds[0][amount_refunded]", "$3.00");
	a = note_ok(h, invoice, text_of(h, "amount=300&refunds[0][refund]=%s", refund));
	assert_money(a, "refunds.0.amount_refunded", 300);
}

static void paid__by_balance_can_only_be_credited(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c&balance=-5000", NULL), *invoice;

	invoice = open_invoice(h, customer, "");
	assert_field(get(h, "invoices", invoice), "status", "paid");
	assert_error(note(h, invoice, "amount=100&refund_amount=100"), 400, NULL, "refund_amount", "no payment");
	note_ok(h, invoice, "amount=100&credit_amount=100");
	assert_money(get(h, "customers", customer), "balance", -1600);
}

static void open__beyond_what_is_due_is_mixed(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c&balance=-1000", "visa");
	const char *invoice = open_invoice(h, customer, "");
	const struct answer *a;

	assert_money(get(h, "invoices", invoice), "amount_due", 2500);
	assert_error(note(h, invoice, "amount=3000"), 400, NULL, NULL, "($5.00)");
	a = note_ok(h, invoice, "amount=3000&credit_amount=500");
	assert_field(a, "type", "mixed");
	assert_money(a, "pre_payment_amount", 2500);
	assert_money(a, "post_payment_amount", 500);
	assert_field(get(h, "invoices", invoice), "status", "paid");
	assert_money(get(h, "customers", customer), "balance", -500);
}

/* ---- lines ---- */

static void lines__by_quantity(void **state)
{
	struct house *h = *state;
	const char *invoice = open_invoice(h, customer_new(h, "email=a@b.c", "visa"), "");
	const char *line = line_id(h, invoice, "Widget");
	const char *two = text_of(
		h, "lines[0][type]=invoice_line_item&lines[0][invoice_line_item]=%s&lines[0][quantity]=2", line);
	const struct answer *a = note_ok(h, invoice, two);

	assert_money(a, "total", 2000);
	assert_field(a, "lines.data.0.type", "invoice_line_item");
	assert_field(a, "lines.data.0.invoice_line_item", line);
	assert_field(a, "lines.data.0.description", "Widget");
	assert_money(a, "lines.data.0.amount", 2000);
	assert_money(a, "lines.data.0.quantity", 2);
	assert_money(a, "lines.data.0.unit_amount", 1000);
	assert_error(note(h, invoice, two), 400, NULL, "lines[0][quantity]", "left of the invoice line item: 1");
	assert_error(
		note(h, invoice,
			text_of(h,
				"lines[0][type]=invoice_line_item&lines[0][invoice_line_item]=%s&lines[0][amount]=100",
				line)),
		400, NULL, "lines[0][amount]", "by quantity");
}

static void lines__by_amount(void **state)
{
	struct house *h = *state;
	const char *invoice = open_invoice(h, customer_new(h, "email=a@b.c", "visa"), "");
	const char *line = line_id(h, invoice, "Shipping");
	const char *some = text_of(
		h, "lines[0][type]=invoice_line_item&lines[0][invoice_line_item]=%s&lines[0][amount]=300", line);
	const struct answer *a = note_ok(h, invoice, some);

	assert_money(a, "total", 300);
	assert_money(a, "lines.data.0.amount", 300);
	assert_field(a, "lines.data.0.quantity", NULL);
	assert_error(note(h, invoice, some), 400, NULL, "lines[0][amount]", "left of the invoice line item: 200");
}

static void lines__of_their_own(void **state)
{
	struct house *h = *state;
	const char *invoice = open_invoice(h, customer_new(h, "email=a@b.c", "visa"), "");
	const struct answer *a = note_ok(h, invoice,
		"lines[0][type]=custom_line_item&lines[0][description]=Late&lines[0][unit_amount]=150&lines[0]["
		"quantity]=2&"
		"lines[1][type]=custom_line_item&lines[1][description]=Odd&lines[1][unit_amount_decimal]=0.5&lines[1]["
		"quantity]=3&lines[1][metadata][a]=b");

	assert_money(a, "total", 302); /* 1.5 rounds away from zero */
	assert_field(a, "lines.data.0.description", "Late");
	assert_money(a, "lines.data.0.amount", 300);
	assert_money(a, "lines.data.0.unit_amount", 150);
	assert_money(a, "lines.data.1.amount", 2);
	assert_field(a, "lines.data.1.unit_amount", NULL);
	assert_field(a, "lines.data.1.metadata.a", "b");
	a = api_ok(h, "GET", text_of(h, "/v1/credit_notes/%s/lines", field(a, "id")), NULL);
	assert_same_int((int64_t)field_count(a, "data"), 2);
	assert_field(a, "data.0.description", "Late");
	assert_field(a, "data.1.description", "Odd");
}

static const char *tax_rate(struct house *h, const char *percentage, bool inclusive)
{
	return field(api_ok(h, "POST", "/v1/tax_rates",
			     text_of(h, "display_name=VAT&percentage=%s&inclusive=%s", percentage,
				     inclusive ? "true" : "false")),
		"id");
}

static void lines__take_their_share_of_exclusive_tax(void **state)
{
	struct house *h = *state;
	const char *rate = tax_rate(h, "20", false);
	const char *invoice =
		open_invoice(h, customer_new(h, "email=a@b.c", "visa"), text_of(h, "&default_tax_rates[0]=%s", rate));
	const struct answer *a = note_ok(h, invoice,
		text_of(h, "lines[0][type]=invoice_line_item&lines[0][invoice_line_item]=%s&lines[0][quantity]=1",
			line_id(h, invoice, "Widget")));

	assert_money(a, "subtotal", 1000);
	assert_money(a, "total", 1200);
	assert_money(a, "total_excluding_tax", 1000);
	assert_money(a, "total_taxes.0.amount", 200);
	assert_money(a, "total_taxes.0.taxable_amount", 1000);
	assert_field(a, "total_taxes.0.tax_behavior", "exclusive");
	assert_field(a, "total_taxes.0.tax_rate_details.tax_rate", rate);
	assert_field(a, "lines.data.0.tax_rates.0.id", rate);
	assert_money(a, "lines.data.0.taxes.0.amount", 200);
	assert_money(get(h, "invoices", invoice), "amount_remaining", 3000);
}

static void lines__of_their_own_carry_taxes(void **state)
{
	struct house *h = *state;
	const char *out = tax_rate(h, "10", false), *in = tax_rate(h, "25", true);
	const char *invoice = open_invoice(h, customer_new(h, "email=a@b.c", "visa"), "");
	const struct answer *a = note_ok(h, invoice,
		text_of(h,
			"lines[0][type]=custom_line_item&lines[0][description]=A&lines[0][unit_amount]=1000&lines[0]["
			"tax_rates]"
			"[0]=%s&lines[1][type]=custom_line_item&lines[1][description]=B&lines[1][unit_amount]=500&"
			"lines[1]["
			"tax_amounts][0][amount]=100&lines[1][tax_amounts][0][taxable_amount]=400&lines[1][tax_amounts]"
			"[0][tax_"
			"rate]=%s",
			out, in));

	assert_money(a, "subtotal", 1500);
	assert_money(a, "total", 1600);
	assert_money(a, "total_excluding_tax", 1400);
	assert_money(a, "subtotal_excluding_tax", 1400);
	assert_same_int((int64_t)field_count(a, "total_taxes"), 2);
	assert_field(a, "total_taxes.1.tax_behavior", "inclusive");
	assert_money(a, "total_taxes.1.taxable_amount", 400);
}

static void lines__take_their_share_of_discounts(void **state)
{
	struct house *h = *state;
	const char *coupon = field(api_ok(h, "POST", "/v1/coupons", "percent_off=10&duration=once"), "id");
	const char *invoice =
		open_invoice(h, customer_new(h, "email=a@b.c", "visa"), text_of(h, "&discounts[0][coupon]=%s", coupon));
	const struct answer *a = note_ok(h, invoice,
		text_of(h, "lines[0][type]=invoice_line_item&lines[0][invoice_line_item]=%s&lines[0][quantity]=1",
			line_id(h, invoice, "Widget")));

	assert_money(a, "subtotal", 1000);
	assert_money(a, "discount_amount", 100);
	assert_money(a, "total", 900);
	assert_money(a, "discount_amounts.0.amount", 100);
	assert_field(a, "pretax_credit_amounts.0.type", "discount");
	assert_money(a, "lines.data.0.discount_amount", 100);
	assert_money(get(h, "invoices", invoice), "amount_remaining", 2250);
}

/* ---- previews and lists ---- */

static void preview__shows_what_creation_would_and_leaves_nothing(void **state)
{
	struct house *h = *state;
	const char *invoice = paid_invoice(h, customer_new(h, "email=a@b.c", "visa")), *mark = events_mark(h);
	const struct answer *a = api_ok(h, "GET",
		text_of(h, "/v1/credit_notes/preview?invoice=%s&amount=700&refund_amount=700", invoice), NULL);

	assert_money(a, "total", 700);
	assert_field(a, "type", "post_payment");
	assert_field(a, "lines.data.0.type", "custom_line_item");
	a = api_ok(h, "GET",
		text_of(h,
			"/v1/credit_notes/preview/"
			"lines?invoice=%s&lines[0][type]=custom_line_item&lines[0][description]=A&lines[0][unit_amount]"
			"=100&"
			"lines[1][type]=custom_line_item&lines[1][description]=B&lines[1][unit_amount]=200&credit_"
			"amount=300&"
			"limit=1",
			invoice),
		NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.description", "A");
	assert_flag(a, "has_more", true);
	assert_events(h, mark, "");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/credit_notes", NULL), "data"), 0);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/refunds", NULL), "data"), 0);
	assert_money(get(h, "invoices", invoice), "post_payment_credit_notes_amount", 0);
}

static void list__by_customer_and_invoice(void **state)
{
	struct house *h = *state;
	const char *one = customer_new(h, "email=a@b.c", "visa"), *other = customer_new(h, "email=d@e.f", "visa");
	const char *first = open_invoice(h, one, ""), *second = open_invoice(h, one, "");
	const char *a = field(note_ok(h, first, "amount=100"), "id"),
		   *b = field(note_ok(h, second, "amount=100"), "id");
	const struct answer *rows;

	note_ok(h, open_invoice(h, other, ""), "amount=100");
	rows = api_ok(h, "GET", text_of(h, "/v1/credit_notes?customer=%s", one), NULL);
	assert_same_int((int64_t)field_count(rows, "data"), 2);
	assert_field(rows, "data.0.id", b);
	assert_field(rows, "data.1.id", a);
	rows = api_ok(h, "GET", text_of(h, "/v1/credit_notes?invoice=%s", first), NULL);
	assert_same_int((int64_t)field_count(rows, "data"), 1);
	assert_field(rows, "data.0.id", a);
}

static void update__memo_and_metadata(void **state)
{
	struct house *h = *state;
	const char *invoice = open_invoice(h, customer_new(h, "email=a@b.c", "visa"), "");
	const char *id = field(note_ok(h, invoice, "amount=100"), "id"), *mark = events_mark(h);
	const struct answer *a = post(h, "credit_notes", id, "memo=Hello&metadata[k]=v");

	assert_field(a, "memo", "Hello");
	assert_field(a, "metadata.k", "v");
	assert_events(h, mark, "credit_note.updated\n");
}

/* ---- refusals ---- */

static void refused__without_an_amount(void **state)
{
	struct house *h = *state;
	const char *invoice = open_invoice(h, customer_new(h, "email=a@b.c", "visa"), "");

	assert_error(note(h, invoice, "memo=x"), 400, "parameter_missing", NULL, "amount, lines, or shipping_cost");
}

static void refused__of_a_draft_and_a_void_invoice(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *invoice = open_invoice(h, customer, "");
	const char *draft =
		field(api_ok(h, "POST", "/v1/invoices", text_of(h, "customer=%s&currency=usd", customer)), "id");

	assert_error(note(h, draft, "amount=100"), 400, NULL, "invoice", "a draft");
	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/void", invoice), NULL);
	assert_error(note(h, invoice, "amount=100"), 400, NULL, "invoice", "void");
	assert_error(
		note(h, "in_none", "amount=100"), 400, "resource_missing", "invoice", "No such invoice: 'in_none'");
}

static void refused__more_than_is_left(void **state)
{
	struct house *h = *state;
	const char *invoice = open_invoice(h, customer_new(h, "email=a@b.c", "visa"), "");

	note_ok(h, invoice, "amount=3000");
	assert_error(note(h, invoice, "amount=501"), 400, NULL, "amount", "($5.01)");
	assert_error(note(h, invoice, "amount=0"), 400, NULL, "amount", "greater than zero");
	note_ok(h, invoice, "amount=500");
}

static void refused__ways_that_do_not_add_up(void **state)
{
	struct house *h = *state;
	const char *invoice = paid_invoice(h, customer_new(h, "email=a@b.c", "visa")), *mark = events_mark(h);

	assert_error(note(h, invoice, "amount=700"), 400, NULL, NULL, "must equal the post-payment amount");
	assert_error(note(h, invoice, "amount=700&refund_amount=300&credit_amount=300"), 400, NULL, NULL, "($7.00)");
	assert_error(note(h, invoice, "amount=700&refund_amount=800"), 400, NULL, NULL, "($7.00)");
	assert_events(h, mark, "");
}

static void refused__more_than_the_charge_has_left(void **state)
{
	struct house *h = *state;
	const char *invoice = paid_invoice(h, customer_new(h, "email=a@b.c", "visa"));
	const char *charge = field(api_ok(h, "GET", "/v1/charges?limit=1", NULL), "data.0.id");

	api_ok(h, "POST", "/v1/refunds", text_of(h, "charge=%s&amount=3000", charge));
	assert_error(note(h, invoice, "amount=700&refund_amount=700"), 400, NULL, "refund_amount",
		"Refund amount ($7.00) is greater than unrefunded amount on charge ($5.00)");
}

static void refused__lines_that_make_no_sense(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *invoice = open_invoice(h, customer, "");
	const char *line = line_id(h, open_invoice(h, customer, ""), "Widget"), *own = line_id(h, invoice, "Widget");

	assert_error(note(h, invoice, "lines[0][type]=invoice_line_item&lines[0][amount]=1"), 400, "parameter_missing",
		"lines[0][invoice_line_item]", NULL);
	assert_error(
		note(h, invoice,
			text_of(h, "lines[0][type]=invoice_line_item&lines[0][invoice_line_item]=%s&lines[0][amount]=1",
				line)),
		400, "resource_missing", "lines[0][invoice_line_item]", line);
	assert_error(
		note(h, invoice, text_of(h, "lines[0][type]=invoice_line_item&lines[0][invoice_line_item]=%s", own)),
		400, NULL, "lines[0]", "either `amount` or `quantity`");
	assert_error(note(h, invoice, "lines[0][type]=custom_line_item&lines[0][unit_amount]=1"), 400,
		"parameter_missing", "lines[0][description]", NULL);
	assert_error(note(h, invoice, "lines[0][type]=custom_line_item&lines[0][description]=x"), 400,
		"parameter_missing", "lines[0][unit_amount]", NULL);
	assert_error(
		note(h, invoice,
			"amount=99&lines[0][type]=custom_line_item&lines[0][description]=x&lines[0][unit_amount]=100"),
		400, NULL, "amount", "($0.99) must be the total of the lines ($1.00)");
	assert_error(api(h, "POST", "/v1/credit_notes", "amount=100"), 400, "parameter_missing", "invoice", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(open__amount_lowers_what_is_due),
		BILLING_TEST(open__the_rest_is_what_is_charged),
		BILLING_TEST(open__all_of_it_makes_it_paid),
		BILLING_TEST(open__number_counts_up),
		BILLING_TEST(void__gives_the_amount_back_to_the_invoice),
		BILLING_TEST(void__wants_an_open_invoice),
		BILLING_TEST(paid__refund_amount_refunds_the_charge),
		BILLING_TEST(paid__credit_amount_becomes_balance),
		BILLING_TEST(paid__all_three_ways_add_up),
		BILLING_TEST(paid__links_a_refund_made_before),
		BILLING_TEST(paid__by_balance_can_only_be_credited),
		BILLING_TEST(open__beyond_what_is_due_is_mixed),
		BILLING_TEST(lines__by_quantity),
		BILLING_TEST(lines__by_amount),
		BILLING_TEST(lines__of_their_own),
		BILLING_TEST(lines__take_their_share_of_exclusive_tax),
		BILLING_TEST(lines__of_their_own_carry_taxes),
		BILLING_TEST(lines__take_their_share_of_discounts),
		BILLING_TEST(preview__shows_what_creation_would_and_leaves_nothing),
		BILLING_TEST(list__by_customer_and_invoice),
		BILLING_TEST(update__memo_and_metadata),
		BILLING_TEST(refused__without_an_amount),
		BILLING_TEST(refused__of_a_draft_and_a_void_invoice),
		BILLING_TEST(refused__more_than_is_left),
		BILLING_TEST(refused__ways_that_do_not_add_up),
		BILLING_TEST(refused__more_than_the_charge_has_left),
		BILLING_TEST(refused__lines_that_make_no_sense),
	};

	return cmocka_run_group_tests_name("credit notes", tests, NULL, NULL);
}
