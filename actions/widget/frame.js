/* SPDX-License-Identifier: MIT */
/*
 * The chat: what was said, the cards, the composer, and the two conversations it holds, one with the page around it
 * (page.js) and one with the server (door.js).
 */
import { cardsFor } from './cards.js';
import { billingCard } from './forms.js';
import { Door, DoorError } from './door.js';
import { Page } from './page.js';
import { Words, pickTag } from './words.js';
import { button, linked, node } from './build.js';

const RUNS_IN = ['widget', 'api'];

const $ = (id) => document.getElementById(id);
const site = new URL(location.href).searchParams.get('site') ?? '';
let settings;
let words = new Words(pickTag([...navigator.languages]) ?? 'en');
let door;
let page;
let person = ''; // whose chat it is; '' for nobody
let who = null; // what the server said of the identity; null before it was asked
let turn = 0; // grows with every new conversation: an answer for an old one is dropped
let working = 0;
let asked = ''; // by the page, while something else was under way
let calls = 0;
let earlier = null; // a conversation of the same visit, from before the page was loaded: {id, verified}

/* ---- what is shown ---- */

/* A card that is longer than the window begins at its top; all else is shown to its end. */
function append(element) {
	const log = $('log');

	log.append(element);
	element.scrollIntoView({ block: element.offsetHeight > log.clientHeight - 20 ? 'start' : 'nearest' });
	return element;
}

function bubble(text, style) {
	const spoken = style === 'mine' ? `${words.t('You said: ')}${text}` : null;

	return node('div', { class: `said ${style}`, 'aria-label': spoken, role: spoken ? 'group' : null },
		spoken ? text : linked(text, settings.link_origins));
}

function say(text, style = '') {
	return append(bubble(text, style));
}

function busy(by) {
	working += by;
	$('busy').textContent = working ? words.t('One moment …') : '';
	$('log').setAttribute('aria-busy', String(working > 0));
	if (working || !asked) return;
	const text = asked;
	asked = '';
	ask(text);
}

const usable = (whole) => whole.querySelectorAll('button, input, textarea, select');

/* A card whose question was answered keeps its text, and loses what could be pressed twice. */
function settle(element, text = null) {
	const whole = element.closest('.card') ?? element;
	const focused = whole.contains(document.activeElement);

	for (const one of usable(whole)) one.disabled = true;
	if (text) {
		for (const one of whole.querySelectorAll('.buttons')) one.remove();
		whole.append(node('p', { class: 'soft', role: 'status' }, text));
	}
	if (focused) $('text').focus({ preventScroll: true });
}

function revive(element) {
	for (const one of usable(element.closest('.card') ?? element)) one.disabled = false;
}

/* ---- what is done ---- */

function troubleText(error, writes) {
	if (error.message) return error.message;
	if (error.status) return words.t('That did not work. Please try again in a minute.');
	return words.t(writes ? 'The connection was lost, so I don\'t know yet whether that went through. Trying again is safe: it can happen only once.'
		: 'The connection was lost.');
}

/* The one more try that is offered; coming back online takes it. */
function offerAgain(text, again) {
	const box = node('div', { class: 'said trouble', role: 'alert' }, node('p', {}, text));
	const take = () => {
		box.remove();
		again();
	};

	box.append(node('div', { class: 'buttons' }, button(words.t('Try again'), take, { class: 'again' })));
	append(box);
}

/*
 * Runs `work` as part of the present conversation; `gone` says that the person went on to another. What failed on the
 * way can be tried again. Gives whether it worked.
 */
async function attempt(work, { writes = false, failed = null } = {}) {
	const mine = turn;

	busy(1);
	try {
		await work(() => mine !== turn);
		return true;
	} catch (error) {
		if (!(error instanceof DoorError)) throw error;
		if (mine !== turn) return false;
		failed?.();
		offerAgain(troubleText(error, writes), () => attempt(work, { writes, failed }));
		return false;
	} finally {
		busy(-1);
	}
}

/* Gives whether cards say all of the message. quiet: somebody else says it. moves: the focus goes to the card. */
function showResult(action, inputs, envelope, { quiet = false, moves = false, asked = null } = {}) {
	const { cards, whole } = cardsFor(chat, action, inputs, envelope, asked);
	const trouble = envelope.status === 'refused' || envelope.status === 'error';

	if (!quiet && !(whole && cards.length)) say(envelope.message, trouble ? 'trouble' : '');
	if (!quiet) page.said('assistant-message', envelope.message);
	for (const one of cards) append(one);
	for (const fault of envelope.data?.faults ?? []) say(`${fault.path}: ${fault.problem}`, 'trouble');
	if (moves) (cards.at(-1) ?? $('text')).focus({ preventScroll: true });
	return whole && cards.length > 0;
}

async function run(action, inputs, confirmation = null) {
	calls += 1;
	const toolCallId = `widget_${calls}`;

	page.call(action, inputs, toolCallId);
	const envelope = await door.call(action, inputs, confirmation);
	page.result(action, envelope, toolCallId);
	return envelope;
}

const chat = {
	get settings() {
		return settings;
	},
	get words() {
		return words;
	},
	t: (text, values) => words.t(text, values),
	show(element) {
		append(element);
		element.querySelector('button, input, select')?.focus({ preventScroll: true });
	},
	act(action, inputs, label, form = null) {
		const moves = $('log').contains(document.activeElement);

		say(label, 'mine');
		if (form) settle(form);
		return attempt(async (gone) => {
			const envelope = await run(action, inputs);
			if (gone()) return;
			if (form && envelope.status === 'refused') revive(form);
			else if (form) form.closest('.card').remove(); // what was asked for stands in the next card
			showResult(action, inputs, envelope, { moves });
		}, { failed: () => form && revive(form) });
	},
	confirm(action, inputs, confirmation, box) {
		settle(box);
		return attempt(async (gone) => {
			const envelope = await run(action, inputs, confirmation);
			if (gone()) return;
			settle(box, words.t(envelope.status === 'ok' ? 'You confirmed this.' : 'This was not carried out.'));
			showResult(action, inputs, envelope);
		}, { writes: true });
	},
	dismiss(box, text) {
		settle(box, text);
	},
	/* What a code was needed for, once more. */
	askAgain(action, inputs) {
		return attempt(async (gone) => {
			const envelope = await run(action, inputs);
			if (!gone()) showResult(action, inputs, envelope);
		});
	},
	/* What a form holds, to an address of its own; gives the answer, null when there is none. */
	async submit(form, path, body) {
		let answer = null;

		settle(form);
		await attempt(async (gone) => {
			const given = await door.json(path, body);
			if (!gone()) answer = given;
		});
		revive(form);
		return answer;
	},
};

/* What comes back for one message, as it comes. */
function hearing(gone, again) {
	let told = null; // what a card says in full already
	let piece = null; // the bubble that a text is coming into
	const pending = []; // calls of the page's own tools

	return {
		pending,
		piece(text) {
			if (gone()) return;
			piece ??= append(node('div', { class: 'said', 'aria-hidden': 'true' }));
			piece.append(text);
			piece.scrollIntoView({ block: 'nearest' });
		},
		text(text) {
			if (gone()) return;
			piece?.remove(); // the whole of it is announced once, and has its links
			piece = null;
			if (text.trim() !== told) say(text);
			page.said('assistant-message', text);
		},
		trouble(text) {
			if (!gone()) say(text, 'trouble');
		},
		toolCall(name, inputs, id, client) {
			if (gone()) return;
			page.call(name, inputs, id);
			if (client) pending.push({ name, inputs, id });
		},
		toolResult(name, inputs, envelope, id) {
			if (gone()) return;
			page.result(name, envelope, id);
			if (settings.kindOf(name) && showResult(name, inputs, envelope, { quiet: true, asked: { conversation: door.conversation, again } })) told = envelope.message;
		},
		broken() {
			piece?.remove();
			piece = null;
		},
	};
}

function send(content) {
	say(content, 'mine');
	page.said('user-message', content);
	return converse(content);
}

function converse(content) {
	return attempt(async (gone) => {
		const hear = hearing(gone, () => converse(content));

		try {
			await door.message(content, page.tools, hear);
			page.post({ type: 'keep', conversation: door.conversation, verified: who?.verified === true });
			while (hear.pending.length && !gone()) {
				const { name, inputs, id } = hear.pending.shift();
				await door.toolResult(id, await page.runTool(name, inputs, id), hear);
			}
		} finally {
			hear.broken();
		}
	});
}

/* ---- who is asking ---- */

/* Whose the proof is, as far as the page says; the server says whether it holds. */
function personOf(proof) {
	try {
		const payload = proof.token ? JSON.parse(atob(proof.token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'))) : proof;
		return typeof payload.user_id === 'string' ? payload.user_id : typeof payload.sub === 'string' ? payload.sub : '';
	} catch {
		return '';
	}
}

/* An empty chat, for a person. */
function begin(whose) {
	turn += 1;
	person = whose;
	door.conversation = null;
	$('log').replaceChildren();
	greet();
}

function forget() {
	earlier = null;
	page.post({ type: 'keep', conversation: null });
	begin(person);
}

/* What was said before the page was loaded again. The server gives it to the person whose conversation it is. */
function resume(verified) {
	const found = earlier?.verified === verified ? earlier : null;

	if (!found) return;
	earlier = null;
	attempt(async (gone) => {
		const messages = await door.history(found.id);
		if (gone() || !messages.length) return;
		append(node('p', { class: 'divider' }, words.t('Earlier in this conversation')));
		for (const { role, content } of messages) append(bubble(content, role === 'user' ? 'mine' : ''));
	});
}

/* A new identity ends what the former one began; the same person with a new token goes on. */
function identify(proof) {
	const whose = personOf(proof);

	if (whose !== person) {
		if (who !== null) forget();
		begin('');
	}
	return attempt(async (gone) => {
		const given = await door.identify(proof);
		if (gone()) return;
		who = given;
		if (given.locale && pickTag([given.locale])) speak(given.locale);
		const verified = given.verified ? whose : '';
		if (verified !== person) begin(verified);
		page.post({ type: 'identified', verified: given.verified === true });
		tellWho();
		resume(given.verified === true);
	});
}

function resetUser() {
	asked = '';
	door.forgetIdentity();
	who = null;
	person = '';
	speak(pickTag([...navigator.languages]) ?? settings.locale);
	forget();
	page.post({ type: 'identified', verified: false });
	tellWho();
}

function tellWho() {
	$('who').textContent = !who ? '' : !who.verified ? words.t('Not signed in') : who.name ? words.t('Signed in as {name}', who) : words.t('Signed in');
}

/* ---- the frame ---- */

function greet() {
	append(bubble(words.t('Hello! I am {name}. Ask me about your plan, your invoices or your billing details.', settings.agent), ''));
}

/* Everything that stands around the conversation, in a language. */
function speak(tag) {
	words = new Words(tag);
	if (door) door.locale = words.tag;
	document.documentElement.lang = words.tag;
	for (const element of document.querySelectorAll('[data-text]')) element.textContent = words.t(element.dataset.text);
	for (const element of document.querySelectorAll('[data-label]')) element.setAttribute('aria-label', words.t(element.dataset.label));
	$('text').placeholder = words.t('Ask about your billing');
	if (!settings) return;
	if (!RUNS_IN.includes(settings.environment))
		notice(words.t('This is the {name} environment: billing actions do not run here. Try them in the real embed.', { name: settings.environment }));
	quickButtons();
	tellWho();
}

function notice(text) {
	$('notice').textContent = text;
	$('notice').hidden = !text;
}

function quickButtons() {
	const rows = [
		['subscription_info', 'My subscription', (name) => chat.act(name, {}, words.t('What is my subscription?'))],
		['invoices', 'Invoices', (name) => chat.act(name, { limit: 5 }, words.t('Show my invoices'))],
		['manage_subscriptions', 'Plans', (name) => chat.act(name, { operation: 'list_plans' }, words.t('Which plans are there?'))],
		['manage_subscriptions', 'Payment method', (name) => chat.act(name, { operation: 'add_payment_method' }, words.t('Add a payment method')), 'add_payment_method'],
		['billing_info', 'Billing details', () => chat.show(billingCard(chat, {}))],
	];

	$('quick').replaceChildren(...rows.map(([kind, label, press, operation]) => {
		const name = settings.action(kind);

		return name && (!operation || settings.operations.includes(operation)) ? button(words.t(label), () => press(name)) : null;
	}).filter(Boolean));
}

/* What the page asks while something else is under way (who is there, above all) is asked when that is done. */
function ask(text) {
	if (typeof text !== 'string' || !text.trim()) return;
	if (working) asked = text;
	else send(text.trim().slice(0, $('text').maxLength));
}

function receive(event) {
	const message = page.read(event);

	if (!message) return;
	if (message.type === 'identify' && typeof message.proof === 'object' && message.proof !== null) identify(message.proof);
	else if (message.type === 'resetUser') resetUser();
	else if (message.type === 'resetChat') forget();
	else if (message.type === 'opened') $('text').focus();
	else if (message.type === 'resume' && typeof message.conversation === 'string') {
		earlier = { id: message.conversation, verified: message.verified === true };
		resume(who?.verified === true);
	}
	else if (message.type === 'ask') ask(message.text);
	else if (message.type === 'tools' && Array.isArray(message.names)) page.tools = message.names.filter((name) => typeof name === 'string');
	else if (message.type === 'tool-output') page.toolDone(message.id, message.output);
}

/* What failed for want of a connection is tried again when there is one. */
function bindConnection() {
	window.addEventListener('offline', () => notice(words.t('You are offline. I\'ll go on when the connection is back.')));
	window.addEventListener('online', () => {
		notice('');
		document.querySelector('.again')?.click();
	});
}

function bind() {
	const text = $('text');

	window.addEventListener('message', receive);
	bindConnection();
	$('close').addEventListener('click', () => page.post({ type: 'close' }));
	$('reset').addEventListener('click', () => {
		forget();
		text.focus();
	});
	document.addEventListener('keydown', (event) => {
		if (event.key === 'Escape') page.post({ type: 'close' });
	});
	text.addEventListener('input', () => {
		text.style.height = 'auto';
		text.style.height = `${text.scrollHeight + 2}px`;
	});
	text.addEventListener('keydown', (event) => {
		if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
			event.preventDefault();
			$('compose').requestSubmit();
		}
	});
	$('compose').addEventListener('submit', (event) => {
		const content = text.value.trim();

		event.preventDefault();
		if (!content || working) return;
		text.value = '';
		text.style.height = 'auto';
		send(content);
	});
}

/* The settings, however often it takes: without them there is no chat to show trouble in. */
async function load() {
	for (;;) {
		try {
			const response = await fetch('/widget/settings.json', { credentials: 'omit', cache: 'no-store' });
			if (response.ok) return await response.json();
		} catch {
			// no connection: the same as a refusal
		}
		notice(words.t('The connection was lost.'));
		const again = button(words.t('Try again'), null);
		$('notice').append(' ', again);
		await new Promise((resolve) => again.addEventListener('click', resolve, { once: true }));
		notice('');
	}
}

async function start() {
	speak(words.tag);
	const given = await load();

	/* The browser keeps other sites from framing this page (CSP frame-ancestors); this keeps the messages exact too. */
	if (window.parent === window || !given.sites.includes(site)) {
		notice(words.t('This site may not show this chat.'));
		$('compose').hidden = true;
		return;
	}
	settings = {
		...given,
		action: (kind) => given.actions.find((one) => one.kind === kind)?.name ?? null,
		kindOf: (name) => given.actions.find((one) => one.name === name)?.kind ?? null,
	};
	page = new Page(site, settings.kindOf);
	door = new Door(words.tag);
	document.title = settings.agent.name;
	$('title').textContent = settings.agent.name;
	speak(pickTag([...navigator.languages]) ?? settings.locale);
	begin('');
	bind();
	page.post({ type: 'ready' });
}

start();
