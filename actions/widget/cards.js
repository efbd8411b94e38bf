/* SPDX-License-Identifier: MIT */
/*
 * One result of one action, as something to look at and to act on. A card knows nothing of how calls travel: it is given
 * `act(action, inputs, label)`, which runs an action for the person who pressed the button.
 *
 * chat: {settings, words, t, act, confirm, dismiss, show, submit, askAgain}
 */
import { billingLink, button, card, choices, node, pairs } from './build.js';
import { about, cancelCard, billingCard, codeCard, testCard } from './forms.js';

const STATUS = {
	active: ['Active', 'good'],
	trialing: ['Trial', 'good'],
	past_due: ['Payment overdue', 'bad'],
	unpaid: ['Unpaid', 'bad'],
	incomplete: ['First payment open', 'bad'],
	incomplete_expired: ['Never started', 'soft'],
	paused: ['Paused', 'soft'],
	canceled: ['Ended', 'soft'],
	paid: ['Paid', 'good'],
	open: ['Open', 'bad'],
	void: ['Void', 'soft'],
	uncollectible: ['Not collected', 'bad'],
	draft: ['Draft', 'soft'],
};
const INTERVALS = { day: 'Daily', week: 'Weekly', month: 'Monthly', year: 'Yearly' };

function statusText(chat, status) {
	return STATUS[status] ? chat.words.t(STATUS[status][0]) : status;
}

function badge(chat, status) {
	return node('span', { class: `badge ${STATUS[status]?.[1] ?? 'soft'}` }, statusText(chat, status));
}

/* ---- subscriptions ---- */

function subscriptionButtons(chat, inputs, one) {
	const { t } = chat;
	const manage = chat.settings.action('manage_subscriptions');
	const same = about(inputs, one.subscription);
	const offers = (operation) => chat.settings.operations.includes(operation);
	const press = (text, operation, said, extra = {}) =>
		button(t(text), () => chat.act(manage, { operation, ...same }, said), extra);
	const buttons = [];

	if (!manage || one.ended_at) return null;
	if (one.change_scheduled && offers('undo_downgrade'))
		buttons.push(press('Undo the scheduled change', 'undo_downgrade', t('Stay on {plan}', one)));
	if (one.ends_at) {
		if (chat.settings.cancellation.undo_enabled) buttons.push(press('Keep it', 'undo_cancel', t('Keep {plan}', one), { class: 'primary' }));
	} else {
		buttons.push(press('Change plan', 'list_plans', t('Show the plans')));
		if (chat.settings.cancellation.enabled)
			buttons.push(button(t('Cancel'), () => chat.show(cancelCard(chat, same, one.plan)), { 'aria-label': t('Cancel {plan}', one) }));
	}
	return buttons.length ? node('div', { class: 'buttons' }, buttons) : null;
}

function subscriptionItem(chat, inputs, one) {
	const { t, words } = chat;
	const items = one.items ?? [];
	const over = Boolean(one.ended_at);

	return node('li', { class: 'item' },
		node('h3', {}, one.plan ?? t('Subscription'), badge(chat, one.status)),
		pairs([
			...items.map((item) => [items.length > 1 ? item.plan : t('Price'), `${item.quantity > 1 ? `${item.quantity} × ` : ''}${item.price?.text ?? ''}`]),
			[t('Trial until'), words.day(one.trial_end)],
			[t('Renews on'), one.ends_at || over ? '' : words.day(one.renews_at)],
			[t('Ends on'), over ? '' : words.day(one.ends_at)],
			[t('Ended on'), words.day(one.ended_at)],
		]),
		one.change_scheduled ? node('p', { class: 'soft' }, t('A change is scheduled.')) : null,
		subscriptionButtons(chat, inputs, one));
}

function subscriptionsCard(chat, inputs, data) {
	return card(chat.t('Your subscription'), node('ul', {}, data.subscriptions.map((one) => subscriptionItem(chat, inputs, one))));
}

/* ---- invoices ---- */

function invoiceItem(chat, one) {
	const { t, words } = chat;
	const others = chat.settings.link_origins;
	const open = one.status === 'open';

	return node('li', { class: 'item' },
		node('h3', {}, one.number ?? t('Invoice'), badge(chat, one.status)),
		node('p', {}, node('strong', {}, one.total_text), ` · ${words.day(one.date)}`),
		one.state ? node('p', { class: 'soft' }, one.state) : null,
		node('div', { class: 'buttons' },
			one.hosted_invoice_url ? billingLink(t(open ? 'View and pay' : 'View'), one.hosted_invoice_url, others,
				t(open ? 'View and pay invoice {number}' : 'View invoice {number}', one)) : null,
			one.invoice_pdf ? billingLink('PDF', one.invoice_pdf, others, t('Invoice {number} as PDF', one)) : null));
}

function invoicesCard(chat, action, inputs, data) {
	const more = data.has_more && data.next_cursor;

	return card(chat.t('Your invoices'),
		data.invoices.length ? node('ul', {}, data.invoices.map((one) => invoiceItem(chat, one))) : node('p', {}, chat.t('There are none.')),
		more ? button(chat.t('Older invoices'), () => chat.act(action, { ...inputs, cursor: data.next_cursor }, chat.t('Older invoices'))) : null);
}

/* ---- plans ---- */

/* How many, where the operator lets customers choose. Gives {input, read}: read() is null after a number that does not do. */
function quantityInput(chat, one, limits) {
	const { t } = chat;
	const range = { label: one.label, min: limits.min, max: limits.max };
	const problem = node('p', { class: 'bad', role: 'alert', hidden: true });
	const input = node('input', { type: 'number', inputmode: 'numeric', min: limits.min, max: limits.max, step: 1, value: limits.min,
		'aria-label': t('{label}: how many, {min} to {max}', range) });

	return {
		element: node('div', { class: 'quantity' }, node('span', { class: 'soft', 'aria-hidden': 'true' }, t('How many')), input, problem),
		read() {
			const value = Number(input.value);
			const good = Number.isInteger(value) && value >= limits.min && value <= limits.max && input.value !== '';

			problem.hidden = good;
			problem.textContent = good ? '' : t('Please choose a whole number from {min} to {max}.', range);
			input.setAttribute('aria-invalid', String(!good));
			if (!good) input.focus();
			return good ? value : null;
		},
	};
}

function planItem(chat, action, inputs, one, interval) {
	const { t } = chat;
	const price = one.prices.find((row) => row.interval === interval);
	const limits = price ? chat.settings.quantities[one.plan] : null;
	const quantity = limits ? quantityInput(chat, one, limits) : null;
	const every = INTERVALS[interval] ? t(INTERVALS[interval]).toLowerCase() : interval;
	const preview = () => {
		const many = quantity ? quantity.read() : 1;

		if (many === null) return;
		chat.act(action, { operation: 'change_plan', ...about(inputs, inputs.subscription), plan: one.plan, interval, ...(quantity ? { quantity: many } : {}) },
			t(many > 1 ? 'Change to {quantity} × {label}, {interval}' : 'Change to {label}, {interval}', { quantity: many, label: one.label, interval: every }));
	};

	return node('li', { class: 'item' },
		node('h3', {}, one.label, one.current ? node('span', { class: 'badge good' }, t('Your plan')) : null),
		node('p', {}, price ? price.text : t('Not offered for this period')),
		one.description ? node('p', { class: 'soft' }, one.description) : null,
		price ? node('div', { class: 'buttons' }, quantity?.element ?? null,
			button(one.current ? t('Preview') : t('Preview {label}', one), preview,
				{ 'aria-label': t('Preview {label}, {price}', { label: one.label, price: price.text }) })) : null);
}

function plansCard(chat, action, inputs, data) {
	const { t } = chat;
	const intervals = [...new Set(data.plans.flatMap((one) => one.prices.map((row) => row.interval)))];
	const list = node('ul', { 'aria-live': 'polite' });
	const fill = (interval) => list.replaceChildren(...data.plans.map((one) => planItem(chat, action, inputs, one, interval)));

	fill(intervals[0]);
	return card(t('Plans'),
		intervals.length > 1 ? choices(t('Billing period'), 'interval', intervals.map((one) => [one, INTERVALS[one] ? t(INTERVALS[one]) : one]), intervals[0],
			(event) => fill(event.target.value)) : null,
		list,
		node('p', { class: 'soft' }, t('You see what a change costs before anything happens.')));
}

/* ---- a change, before it happens ---- */

function previewPairs(chat, data) {
	const { t, words } = chat;

	return pairs([
		[t('Now'), data.from ? `${data.from.plan} · ${data.from.price?.text ?? ''}` : ''],
		[t('Then'), data.to ? `${data.to.plan} · ${data.to.price?.text ?? ''}` : ''],
		[t('Unused time'), data.credit ? data.credit_text : ''],
		[t('Rest of the period'), data.charge ? data.charge_text : ''],
		[t('Due now'), data.amount_due_now_text ?? '', 'sum'],
		[t('Takes effect'), words.day(data.effective_at)],
		[t('Ends on'), words.day(data.ends_at)],
		[t('Renews on'), words.day(data.renews_at)],
	]);
}

/* The message without its closing question, which the buttons ask, and without the offers, which stand below it. */
function toldOf(envelope) {
	const lines = envelope.message.split('\n');
	const labels = (envelope.data.offers ?? []).map((offer) => offer.label);

	if (lines.length > 1 && lines.at(-1).endsWith('?')) lines.pop();
	return lines.filter((line) => !labels.some((label) => line.includes(label))).join('\n');
}

/* What would happen, and the two answers to it. The consent is the button: nothing typed in the chat stands for it. */
export function confirmCard(chat, action, inputs, envelope) {
	const { t } = chat;
	const { data } = envelope;
	const cancels = data.operation === 'cancel';
	const yes = button(t(cancels ? 'Yes, cancel it' : 'Confirm'), () => chat.confirm(action, inputs, data.confirmation, box), { class: 'primary' });
	const no = button(t(cancels ? 'Keep my subscription' : 'Not now'), () => chat.dismiss(box, t('Nothing was changed.')));
	const box = card(t('Please confirm'), node('p', {}, toldOf(envelope)),
		data.operation === 'change_plan' ? previewPairs(chat, data) : null,
		...offersOf(chat, action, inputs, data),
		node('div', { class: 'buttons' }, yes, no));

	return box;
}

/* A retention offer stands beside the cancellation, never in its way. */
function offersOf(chat, action, inputs, data) {
	const { t } = chat;

	return (data.offers ?? []).map((offer) => node('div', { class: 'offer' },
		node('p', {}, t('Instead, you could have: {label}.', offer)),
		node('div', { class: 'buttons' }, button(t('Take this offer'), () =>
			chat.act(action, { operation: 'accept_offer', ...about(inputs, inputs.subscription ?? data.subscription), offer: offer.offer }, offer.label),
		{ 'aria-label': t('Take this offer: {label}', offer) }))));
}

function previewCard(chat, action, inputs, envelope) {
	return card(chat.t('Preview'), node('p', {}, envelope.message), previewPairs(chat, envelope.data),
		node('div', { class: 'buttons' }, button(chat.t('Continue'),
			() => chat.act(action, { ...inputs, operation: 'change_plan' }, chat.t('Continue')), { class: 'primary' })));
}

/* ---- which one, and links ---- */

function choiceCard(chat, action, inputs, envelope) {
	return card(chat.t('Which one?'), node('div', { class: 'buttons' }, (envelope.data.choices ?? []).map((one) => {
		const isAccount = typeof one === 'string';
		const label = isAccount ? one : `${one.plan} (${statusText(chat, one.status)})`;

		return button(label, () => chat.act(action, { ...inputs, ...(isAccount ? { account: one } : { subscription: one.subscription }) }, label));
	})));
}

function links(chat, data) {
	const rows = [['payment_url', 'Complete the payment'], ['hosted_invoice_url', 'View and pay the invoice'], ['url', 'Open the secure page']];
	const made = rows.map(([key, text]) => (data[key] ? billingLink(chat.t(text), data[key], chat.settings.link_origins) : null)).filter(Boolean);

	for (const link of made) link.classList.add('button');
	return made.length ? [node('section', { class: 'card', 'aria-label': chat.t('Link'), tabindex: '-1' }, node('div', { class: 'buttons' }, ...made))] : [];
}

/* A form is better than a question back when nothing was said of what should change. */
function asksForDetails(chat, action, inputs, envelope) {
	return chat.settings.kindOf(action) === 'billing_info' && envelope.status === 'refused' && envelope.data?.allowed &&
		!Object.keys(inputs).some((name) => name !== 'account');
}

/*
 * Whether the card says all of the message already, so that the chat need not say it too. asked: {conversation, again},
 * how it was asked for; without it by a call of its own.
 */
export function cardsFor(chat, action, inputs, envelope, asked = null) {
	const data = envelope.data ?? {};
	const secret = envelope.page?.client_secret;

	if (envelope.status === 'needs_confirmation') return { cards: [confirmCard(chat, action, inputs, envelope)], whole: true };
	if (envelope.error?.code === 'step_up_required') return { cards: [codeCard(chat, asked ?? { again: () => chat.askAgain(action, inputs) })], whole: false };
	if (envelope.status === 'needs_choice') return { cards: [choiceCard(chat, action, inputs, envelope)], whole: false };
	if (asksForDetails(chat, action, inputs, envelope)) return { cards: [billingCard(chat, about(inputs, null))], whole: false };
	if (envelope.status !== 'ok') return { cards: links(chat, data), whole: false };
	if (secret && chat.settings.test_cards.length) return { cards: [testCard(chat, about(inputs, null), secret)], whole: true };
	if (data.operation === 'preview_change' && data.to) return { cards: [previewCard(chat, action, inputs, envelope)], whole: true };
	if (data.subscriptions?.length) return { cards: [subscriptionsCard(chat, inputs, data)], whole: true };
	if (data.invoices?.length) return { cards: [invoicesCard(chat, action, inputs, data)], whole: true };
	if (data.plans) return { cards: [plansCard(chat, action, inputs, data)], whole: true };
	return { cards: links(chat, data), whole: false };
}
