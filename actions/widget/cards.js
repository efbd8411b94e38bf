/* SPDX-License-Identifier: MIT */
/*
 * One result of one action, as something to look at and to act on. A card knows nothing of how calls travel: it is given
 * `act(action, inputs, label)`, which runs an action for the person who pressed the button.
 *
 * chat: {settings, act, confirm, dismiss, say}
 */
import { billingLink, choices, day, field, node, pairs } from './build.js';

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
const REASONS = {
	customer_service: 'Customer service',
	low_quality: 'Quality',
	missing_features: 'Something is missing',
	other: 'Something else',
	switched_service: 'I use another service',
	too_complex: 'Too complicated',
	too_expensive: 'Too expensive',
	unused: 'I don\'t use it',
};
const ADDRESS = [
	['line1', 'Street and number', 'address-line1'],
	['line2', 'Flat, floor, company', 'address-line2'],
	['city', 'City', 'address-level2'],
	['state', 'State or region', 'address-level1'],
	['postal_code', 'Postal code', 'postal-code'],
	['country', 'Country (two letters)', 'country'],
];
const INTERVALS = { day: 'Daily', week: 'Weekly', month: 'Monthly', year: 'Yearly' };

function badge(status) {
	const [text, style] = STATUS[status] ?? [status, 'soft'];

	return node('span', { class: `badge ${style}` }, text);
}

const card = (title, ...children) => node('section', { class: 'card', 'aria-label': title }, node('h2', {}, title), ...children);
const button = (text, click, extra = {}) => node('button', { type: 'button', click, ...extra }, text);

/* What is passed on with every further call about this thing, so that a choice once made need not be made again. */
function about(inputs, one) {
	return { ...(inputs.account ? { account: inputs.account } : {}), ...(one ? { subscription: one } : {}) };
}

function subscriptionItem(chat, inputs, one) {
	const manage = chat.settings.action('manage_subscriptions');
	const ended = Boolean(one.ended_at);
	const ending = !ended && Boolean(one.ends_at);
	const items = one.items ?? [];
	const same = about(inputs, one.subscription);
	const buttons = [];

	if (manage && !ended && one.change_scheduled && chat.settings.operations.includes('undo_downgrade'))
		buttons.push(button('Undo the scheduled change', () => chat.act(manage, { operation: 'undo_downgrade', ...same }, `Stay on ${one.plan}`)));
	if (manage && !ended) {
		if (ending) buttons.push(button('Keep it', () => chat.act(manage, { operation: 'undo_cancel', ...same }, `Keep ${one.plan}`)));
		else buttons.push(button('Change plan', () => chat.act(manage, { operation: 'list_plans', ...same }, 'Show the plans')));
		if (!ending) buttons.push(button('Cancel', () => chat.show(cancelCard(chat, same, one.plan)), { 'aria-label': `Cancel ${one.plan}` }));
	}
	return node('li', { class: 'item' },
		node('h3', {}, one.plan ?? 'Subscription', badge(one.status)),
		pairs([
			...items.map((item) => [items.length > 1 ? item.plan : 'Price', `${item.quantity > 1 ? `${item.quantity} × ` : ''}${item.price?.text ?? ''}`]),
			['Trial until', day(one.trial_end)],
			['Renews on', ending || ended ? '' : day(one.renews_at)],
			['Ends on', ended ? '' : day(one.ends_at)],
			['Ended on', day(one.ended_at)],
		]),
		one.change_scheduled ? node('p', { class: 'soft' }, 'A change is scheduled.') : null,
		buttons.length ? node('div', { class: 'buttons' }, buttons) : null);
}

function subscriptionsCard(chat, inputs, data) {
	return card('Your subscription', node('ul', {}, data.subscriptions.map((one) => subscriptionItem(chat, inputs, one))));
}

function invoiceItem(chat, one) {
	const others = chat.settings.link_origins;

	return node('li', { class: 'item' },
		node('h3', {}, one.number ?? 'Invoice', badge(one.status)),
		node('p', {}, `${one.total_text} · ${day(one.date)}`),
		one.state ? node('p', { class: 'soft' }, one.state) : null,
		node('div', { class: 'buttons' },
			one.hosted_invoice_url ? billingLink(one.status === 'open' ? 'View and pay' : 'View', one.hosted_invoice_url, others, `View invoice ${one.number}`) : null,
			one.invoice_pdf ? billingLink('PDF', one.invoice_pdf, others, `Invoice ${one.number} as PDF`) : null));
}

function invoicesCard(chat, action, inputs, data) {
	const more = data.has_more && data.next_cursor;

	return card('Your invoices',
		data.invoices.length ? node('ul', {}, data.invoices.map((one) => invoiceItem(chat, one))) : node('p', {}, 'There are none.'),
		more ? button('Older invoices', () => chat.act(action, { ...inputs, cursor: data.next_cursor }, 'Older invoices')) : null);
}

function planItem(chat, action, inputs, one, interval) {
	const price = one.prices.find((row) => row.interval === interval);

	return node('li', { class: 'item' },
		node('h3', {}, one.label, one.current ? node('span', { class: 'badge good' }, 'Your plan') : null),
		node('p', {}, price ? price.text : 'Not offered for this period'),
		one.description ? node('p', { class: 'soft' }, one.description) : null,
		price ? node('div', { class: 'buttons' }, button(one.current ? 'Preview this period' : `Preview ${one.label}`,
			() => chat.act(action, { operation: 'change_plan', ...about(inputs, inputs.subscription), plan: one.plan, interval },
				`Change to ${one.label}, ${INTERVALS[interval]?.toLowerCase() ?? interval}`),
			{ 'aria-label': `Preview ${one.label}, ${price.text}` })) : null);
}

function plansCard(chat, action, inputs, data) {
	const intervals = [...new Set(data.plans.flatMap((one) => one.prices.map((row) => row.interval)))];
	const list = node('ul', { 'aria-live': 'polite' });
	const fill = (interval) => list.replaceChildren(...data.plans.map((one) => planItem(chat, action, inputs, one, interval)));

	fill(intervals[0]);
	return card('Plans',
		intervals.length > 1 ? choices('Billing period', 'interval', intervals.map((one) => [one, INTERVALS[one] ?? one]), intervals[0],
			(event) => fill(event.target.value)) : null,
		list,
		node('p', { class: 'soft' }, 'You see what a change costs before anything happens.'));
}

/* The radio buttons of one card must not be one group with another card's. */
function ownNames(form) {
	const mark = `${Date.now()}-${Math.random()}`;

	for (const radio of form.querySelectorAll('input[type="radio"]')) {
		radio.dataset.name = radio.name;
		radio.name = `${radio.name}-${mark}`;
	}
	return form;
}
const chosen = (form, name) => form.querySelector(`input[data-name="${name}"]:checked`)?.value ?? null;

export function cancelCard(chat, inputs, plan) {
	const { settings } = chat;
	const manage = settings.action('manage_subscriptions');
	const policy = settings.cancellation;
	const problem = node('p', { class: 'bad', role: 'alert', hidden: true });
	const comment = field('Anything you want to add (optional)', 'comment', 'textarea', { rows: 2, maxlength: policy.comment_max });
	const form = ownNames(node('form', {},
		policy.reasons.length ? choices(policy.reason_required ? 'Why do you want to cancel?' : 'Why do you want to cancel? (optional)', 'reason',
			policy.reasons.map((one) => [one, REASONS[one] ?? one]), null) : null,
		comment,
		policy.mode === 'choice' ? choices('When should it end?', 'when',
			[['at_period_end', 'At the end of the paid period'], ['immediately', 'Now']], 'at_period_end') : null,
		problem,
		node('div', { class: 'buttons' }, node('button', { type: 'submit' }, 'Continue'), button('Keep my subscription', () => chat.dismiss(form, 'Nothing was changed.')))));

	form.className = 'card-form';
	form.addEventListener('submit', (event) => {
		const reason = chosen(form, 'reason');
		const when = chosen(form, 'when');
		const text = comment.querySelector('textarea').value.trim();

		event.preventDefault();
		problem.hidden = !policy.reason_required || Boolean(reason);
		if (!problem.hidden) {
			problem.textContent = 'Please choose a reason.';
			form.querySelector('input').focus();
			return;
		}
		chat.act(manage, { operation: 'cancel', ...inputs, ...(when ? { when } : {}), ...(reason ? { reason } : {}), ...(text ? { comment: text } : {}) },
			`Cancel ${plan ?? 'my subscription'}`, form);
	});
	return card(`Cancel ${plan ?? 'your subscription'}`, form);
}

export function billingCard(chat, inputs) {
	const { settings } = chat;
	const action = settings.action('billing_info');
	const offered = (name) => settings.billing_fields.includes(name);
	const problem = node('p', { class: 'bad', role: 'alert', hidden: true });
	const form = node('form', { novalidate: true },
		node('p', { class: 'soft' }, 'Only what you fill in is changed.'),
		offered('name') ? field('Name on invoices', 'name', 'input', { autocomplete: 'name', maxlength: 256 }) : null,
		offered('email') ? field('E-mail for invoices', 'email', 'input', { type: 'email', autocomplete: 'email', maxlength: 254 }) : null,
		offered('phone') ? field('Phone, with country code', 'phone', 'input', { type: 'tel', autocomplete: 'tel', maxlength: 32 }) : null,
		offered('address') ? node('fieldset', {}, node('legend', {}, 'Billing address'), ADDRESS.map(([name, label, complete]) =>
			field(label, `address.${name}`, 'input', { autocomplete: complete, maxlength: name === 'country' ? 2 : 200 }))) : null,
		offered('tax_id') ? node('fieldset', {}, node('legend', {}, 'Tax number'),
			field('Kind, such as eu_vat', 'tax_id.type', 'input', { autocomplete: 'off', maxlength: 32 }),
			field('Number', 'tax_id.value', 'input', { autocomplete: 'off', maxlength: 40 })) : null,
		problem,
		node('div', { class: 'buttons' }, node('button', { type: 'submit', class: 'primary' }, 'Continue'), button('Not now', () => chat.dismiss(form, 'Nothing was changed.'))));

	form.className = 'card-form';
	form.addEventListener('submit', (event) => {
		const wanted = { ...inputs };

		event.preventDefault();
		for (const input of form.querySelectorAll('input')) {
			const [group, part] = input.name.split('.');
			const value = input.value.trim();

			if (!value) continue;
			if (part) wanted[group] = { ...wanted[group], [part]: part === 'country' ? value.toUpperCase() : value };
			else wanted[group] = value;
		}
		problem.hidden = Object.keys(wanted).length > Object.keys(inputs).length;
		if (!problem.hidden) {
			problem.textContent = 'Please fill in what should change.';
			form.querySelector('input')?.focus();
			return;
		}
		chat.act(action, wanted, 'Change my billing details', form);
	});
	return card('Billing details', form);
}

function previewPairs(data) {
	return pairs([
		['Now', data.from ? `${data.from.plan} · ${data.from.price?.text ?? ''}` : ''],
		['Then', data.to ? `${data.to.plan} · ${data.to.price?.text ?? ''}` : ''],
		['Unused time', data.credit ? data.credit_text : ''],
		['Rest of the period', data.charge ? data.charge_text : ''],
		['Due now', data.amount_due_now_text ?? '', 'sum'],
		['Takes effect', day(data.effective_at)],
		['Ends on', day(data.ends_at)],
		['Renews on', day(data.renews_at)],
	]);
}

/* What would happen, and the two answers to it. The consent is the button: nothing typed in the chat stands for it. */
export function confirmCard(chat, action, inputs, envelope) {
	const { data } = envelope;
	const cancels = data.operation === 'cancel';
	const yes = button(cancels ? 'Yes, cancel it' : 'Confirm', () => chat.confirm(action, inputs, data.confirmation, box), { class: 'primary' });
	const no = button(cancels ? 'Keep my subscription' : 'Not now', () => chat.dismiss(box, 'Nothing was changed.'));
	/* The question is what the buttons ask, and offers stand beside them. */
	const told = envelope.message.split('\n').filter((line) => line !== 'Shall I go ahead?' && !(data.offers && line.startsWith('Instead, '))).join('\n');
	const box = card('Please confirm', node('p', {}, told),
		data.operation === 'change_plan' ? previewPairs(data) : null,
		...offersOf(chat, action, inputs, data),
		node('div', { class: 'buttons' }, yes, no));

	return box;
}

/* A retention offer stands beside the cancellation, never in its way. */
function offersOf(chat, action, inputs, data) {
	return (data.offers ?? []).map((offer) => node('div', { class: 'item' },
		node('p', {}, `Instead, you could have: ${offer.label}.`),
		node('div', { class: 'buttons' }, button('Take this offer', () =>
			chat.act(action, { operation: 'accept_offer', ...about(inputs, inputs.subscription ?? data.subscription), offer: offer.offer }, offer.label),
		{ 'aria-label': `Take this offer: ${offer.label}` }))));
}

function choiceCard(chat, action, inputs, envelope) {
	return card('Which one?', node('div', { class: 'buttons' }, (envelope.data.choices ?? []).map((one) => {
		const isAccount = typeof one === 'string';
		const label = isAccount ? one : `${one.plan} (${STATUS[one.status]?.[0] ?? one.status})`;

		return button(label, () => chat.act(action, { ...inputs, ...(isAccount ? { account: one } : { subscription: one.subscription }) }, label));
	})));
}

function links(chat, data) {
	const rows = [['payment_url', 'Complete the payment'], ['hosted_invoice_url', 'View and pay the invoice'], ['url', 'Open the secure page']];
	const made = rows.map(([key, text]) => (data[key] ? billingLink(text, data[key], chat.settings.link_origins) : null)).filter(Boolean);

	return made.length ? [node('section', { class: 'card', 'aria-label': 'Link' }, ...made)] : [];
}

/* Whether the card says all of the message already, so that the chat need not say it too. */
export function cardsFor(chat, action, inputs, envelope) {
	const data = envelope.data ?? {};

	if (envelope.status === 'needs_confirmation') return { cards: [confirmCard(chat, action, inputs, envelope)], whole: true };
	if (envelope.status === 'needs_choice') return { cards: [choiceCard(chat, action, inputs, envelope)], whole: false };
	if (envelope.status !== 'ok') return { cards: links(chat, data), whole: false };
	if (data.subscriptions?.length) return { cards: [subscriptionsCard(chat, inputs, data)], whole: true };
	if (data.invoices?.length) return { cards: [invoicesCard(chat, action, inputs, data)], whole: true };
	if (data.plans) return { cards: [plansCard(chat, action, inputs, data)], whole: true };
	return { cards: links(chat, data), whole: false };
}
