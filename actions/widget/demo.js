/* SPDX-License-Identifier: MIT */
/*
 * The demo site: signs a seeded customer in, as a site's own server would, shows what Stripe (the simulator) holds of
 * them, and writes down what the widget tells the page.
 */
(() => {
	'use strict';

	const SENTENCES = ['What is my current plan?', 'When does my subscription renew?', 'Show me my recent invoices', 'Was my last payment processed?',
		'Which plans are there?', 'Upgrade me to Fleet', 'Why was I charged twice?', 'Change my billing e-mail to books@example.com',
		'Please cancel my subscription'];
	const GOOD = ['active', 'trialing', 'paid'];
	const $ = (id) => document.getElementById(id);
	let present = null; // whose the page is

	function node(tag, attributes, ...children) {
		const element = document.createElement(tag);

		for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
		element.append(...children);
		return element;
	}

	function heard(event) {
		const list = $('heard');

		list.append(node('li', {}, `${event.type} ${JSON.stringify(event.data)}`));
		list.scrollTop = list.scrollHeight;
		if (event.type === 'tool-result') refresh();
	}

	/* ---- what the simulator holds ---- */

	const day = (seconds) => new Date(seconds * 1000).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
	const state = (text) => node('span', { class: GOOD.includes(text) ? 'good' : text === 'canceled' || text === 'void' ? 'soft' : 'bad' }, text);

	function money(amount, currency) {
		const format = new Intl.NumberFormat('en-GB', { style: 'currency', currency: currency.toUpperCase(), currencyDisplay: 'code' });

		return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
	}

	function table(caption, heads, rows) {
		const cell = (tag, content, at) => node(tag, { ...(tag === 'th' ? { scope: 'col' } : {}), ...(heads[at].endsWith('#') ? { class: 'number' } : {}) }, content);

		if (!rows.length) return node('p', { class: 'soft' }, `${caption}: none.`);
		return node('table', {}, node('caption', {}, caption),
			node('thead', {}, node('tr', {}, ...heads.map((head, at) => cell('th', head.replace('#', ''), at)))),
			node('tbody', {}, ...rows.map((row) => node('tr', {}, ...row.map((content, at) => cell('td', content, at))))));
	}

	function account(one) {
		const { customer } = one;
		const rows = [['Customer', node('code', {}, customer.id ?? 'cannot be read')], ['E-mail', customer.email], ['Phone', customer.phone],
			['Place', [customer.city, customer.country].filter(Boolean).join(', ')], ['Card', customer.card ? `${customer.brand} ···· ${customer.card}` : '']];

		return node('div', { class: 'held' }, node('h3', {}, one.label),
			node('dl', {}, ...rows.filter(([, value]) => value).flatMap(([term, value]) => [node('dt', {}, term), node('dd', {}, value)])),
			table('Subscriptions', ['Price', 'How many#', 'Status', 'Paid until'], one.subscriptions.map((row) => [row.price ?? row.price_id ?? '', String(row.quantity ?? 1),
				node('span', {}, state(row.status), row.cancel_at_period_end ? ', ends then' : '', row.schedule ? ', change scheduled' : ''), row.period_end ? day(row.period_end) : ''])),
			table('Newest invoices', ['Number', 'Date', 'Status', 'Total#'], one.invoices.map((row) => [row.number ?? 'draft', day(row.created), state(row.status), money(row.total, row.currency)])));
	}

	async function refresh() {
		const whose = present;
		const answer = whose ? await fetch(`/demo/customer?contact=${encodeURIComponent(whose)}`, { cache: 'no-store' }) : null;

		if (whose !== present) return;
		if (!answer?.ok) {
			$('held').replaceChildren(node('p', { class: 'soft' }, 'Sign somebody in to see it.'));
			return;
		}
		const { accounts } = await answer.json();
		if (whose === present)
			$('held').replaceChildren(...(accounts.length ? accounts.map(account) : [node('p', { class: 'soft' }, 'No billing account is linked to this contact.')]));
	}

	/* ---- who is signed in ---- */

	async function signIn(contact) {
		const answer = await fetch(`/demo/session?contact=${encodeURIComponent(contact)}`, { cache: 'no-store' });

		if (!answer.ok) {
			$('state').textContent = 'That customer is not known.';
			return;
		}
		const session = await answer.json();
		present = contact;
		$('state').textContent = `${session.name} is signed in.`;
		window.stripeActions('identify', { token: session.token });
		await refresh();
	}

	function signOut() {
		present = null;
		window.stripeActions('resetUser');
		$('state').textContent = 'Nobody is signed in.';
		refresh();
	}

	async function start() {
		const wanted = new URL(location.href).searchParams.get('contact');
		const answer = await fetch('/demo/contacts', { cache: 'no-store' });
		const { contacts } = await answer.json();

		for (const one of contacts) $('contact').append(new Option(one.name, one.external_id));
		if (wanted) $('contact').value = wanted;
		if (wanted === '') await refresh();
		else await signIn(wanted ?? contacts[0].external_id);
	}

	for (const sentence of SENTENCES) {
		const chip = node('button', { type: 'button' }, sentence);

		chip.addEventListener('click', () => window.stripeActions.ask(sentence));
		$('sentences').append(node('li', {}, chip));
	}
	for (const type of ['user-message', 'assistant-message', 'tool-call', 'tool-result'])
		window.stripeActions('addEventListener', type, heard);
	$('open').addEventListener('click', () => window.stripeActions.open());
	$('out').addEventListener('click', signOut);
	$('choose').addEventListener('submit', (event) => {
		event.preventDefault();
		signIn($('contact').value);
	});
	start();
})();
