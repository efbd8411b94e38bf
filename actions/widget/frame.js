/* SPDX-License-Identifier: MIT */
/*
 * The chat: what was said, the cards, the composer, and the two conversations it holds, one with the page around it and
 * one with the server. The page gets events with what it needs to count and to react, never amounts, links or details.
 */
import { cardsFor, billingCard } from './cards.js';
import { Door, DoorError } from './door.js';
import { linked, node } from './build.js';

const CHANNEL = 'stripe-actions-widget';
const RUNS_IN = ['widget', 'api'];
/* Arguments whose values come from a closed set: the only ones a page's listener sees. */
const SHOWN = ['operation', 'plan', 'interval', 'quantity', 'when', 'limit'];

const $ = (id) => document.getElementById(id);
const site = new URL(location.href).searchParams.get('site') ?? '';
let settings;
let door;
let turn = 0; // grows with every new conversation: an answer for an old one is dropped
let working = 0;
let calls = 0;

/* ---- what is shown ---- */

function append(element) {
	$('log').append(element);
	element.scrollIntoView({ block: 'nearest' });
	return element;
}

function say(text, style = '') {
	const who = style === 'mine' ? 'You said: ' : '';

	return append(node('div', { class: `said ${style}`, 'aria-label': who ? `${who}${text}` : null, role: who ? 'group' : null },
		who ? text : linked(text, settings.link_origins)));
}

function busy(by) {
	working += by;
	$('busy').textContent = working ? 'One moment …' : '';
	$('log').setAttribute('aria-busy', String(working > 0));
}

/* A card whose question was answered keeps its text, and loses what could be pressed twice. */
function settle(element, text = null) {
	const whole = element.closest('.card') ?? element;

	for (const one of whole.querySelectorAll('button, input, textarea, select')) one.disabled = true;
	if (text) {
		for (const one of whole.querySelectorAll('.buttons')) one.remove();
		whole.append(node('p', { class: 'soft' }, text));
	}
	$('text').focus();
}

function revive(element) {
	for (const one of (element.closest('.card') ?? element).querySelectorAll('button, input, textarea, select')) one.disabled = false;
}

/* ---- what the page hears ---- */

function toPage(message) {
	window.parent.postMessage({ channel: CHANNEL, ...message }, site);
}
const emit = (event, data) => toPage({ type: 'event', event, data });

function shownArguments(inputs) {
	return Object.fromEntries(Object.entries(inputs ?? {}).map(([name, value]) => [name, SHOWN.includes(name) ? value : '[redacted]']));
}
function emitCall(name, inputs, toolCallId) {
	emit('tool-call', { name, type: settings.kindOf(name), args: shownArguments(inputs), toolCallId });
}
function emitResult(name, envelope, toolCallId) {
	emit('tool-result', { name, type: settings.kindOf(name), toolCallId,
		result: { status: envelope.status, ...(envelope.error?.code ? { code: envelope.error.code } : {}) } });
}
/* The page hears what was said without amounts, numbers, addresses and links: listeners' logs leave the browser. */
function redact(text) {
	return text.replace(/https?:\/\/\S+/g, '[link]').replace(/[^\s@]+@[^\s@]+\.[^\s@]+/g, '[e-mail]').replace(/-?\d[\d.,]* [A-Z]{3}\b/g, '[amount]')
		.replace(/\+?\d[\d ().-]{6,}\d/g, '[number]');
}

/* ---- what is done ---- */

/* Runs `work` as part of the present conversation; `forget` says that the person went on to another. */
async function attempt(work) {
	const mine = turn;

	busy(1);
	try {
		await work(() => mine !== turn);
	} catch (error) {
		if (!(error instanceof DoorError)) throw error;
		if (mine === turn) say(error.message || 'That did not work. Please try again in a minute.', 'trouble');
		return false;
	} finally {
		busy(-1);
	}
	return true;
}

/* Gives whether cards say all of the message. quiet: somebody else says it. */
function showResult(action, inputs, envelope, quiet = false) {
	const { cards, whole } = cardsFor(chat, action, inputs, envelope);
	const trouble = envelope.status === 'refused' || envelope.status === 'error';

	if (!quiet && !(whole && cards.length)) say(envelope.message, trouble ? 'trouble' : '');
	if (!quiet) emit('assistant-message', { content: redact(envelope.message) });
	for (const one of cards) append(one);
	for (const fault of envelope.data?.faults ?? []) say(`${fault.path}: ${fault.problem}`, 'trouble');
	cards.at(-1)?.querySelector('button, input, a')?.focus({ preventScroll: true });
	return whole && cards.length > 0;
}

async function run(action, inputs, confirmation = null) {
	calls += 1;
	const toolCallId = `widget_${calls}`;

	emitCall(action, inputs, toolCallId);
	const envelope = await door.call(action, inputs, confirmation);
	emitResult(action, envelope, toolCallId);
	return envelope;
}

const chat = {
	get settings() {
		return settings;
	},
	show(element) {
		append(element);
		element.querySelector('button, input')?.focus({ preventScroll: true });
	},
	act(action, inputs, label, form = null) {
		say(label, 'mine');
		if (form) settle(form);
		return attempt(async (gone) => {
			const envelope = await run(action, inputs);
			if (gone()) return;
			if (form && envelope.status === 'refused') revive(form);
			else if (form) form.closest('.card').remove(); // what was asked for stands in the next card
			showResult(action, inputs, envelope);
		});
	},
	confirm(action, inputs, confirmation, box) {
		settle(box);
		return attempt(async (gone) => {
			const envelope = await run(action, inputs, confirmation);
			if (gone()) return;
			settle(box, envelope.status === 'ok' ? 'You confirmed this.' : 'This was not carried out.');
			showResult(action, inputs, envelope);
		});
	},
	dismiss(box, text) {
		settle(box, text);
	},
};

function send(content) {
	let told = null; // what a card says in full already

	say(content, 'mine');
	emit('user-message', { content: redact(content) });
	return attempt((gone) => door.message(content, {
		text(text) {
			if (gone()) return;
			if (text.trim() !== told) say(text);
			emit('assistant-message', { content: redact(text) });
		},
		toolCall(name, inputs, id) {
			if (!gone()) emitCall(name, inputs, id);
		},
		toolResult(name, inputs, envelope, id) {
			if (gone()) return;
			emitResult(name, envelope, id);
			if (showResult(name, inputs, envelope, true)) told = envelope.message;
		},
	}));
}

/* ---- who is asking ---- */

function forget() {
	turn += 1;
	door.conversation = null;
	$('log').replaceChildren();
	greet();
}

/* A new identity ends what the former one began: its transcript, its handles and its open questions go. */
function identify(proof) {
	forget();
	return attempt(async (gone) => {
		const who = await door.identify(proof);
		if (gone()) return;
		$('who').textContent = who.verified ? `Signed in${who.name ? ` as ${who.name}` : ''}` : 'Not signed in';
	});
}

function resetUser() {
	door.forgetIdentity();
	$('who').textContent = '';
	forget();
}

/* ---- the frame ---- */

function greet() {
	if (!RUNS_IN.includes(settings.environment)) {
		$('notice').textContent = `This is the ${settings.environment} environment: billing actions do not run here. Try them in the real embed.`;
		$('notice').hidden = false;
	}
	say(`Hello! I am ${settings.agent.name}. Ask me about your plan, your invoices or your billing details.`);
}

function quickButtons() {
	const rows = [
		['subscription_info', 'My subscription', (name) => chat.act(name, {}, 'What is my subscription?')],
		['invoices', 'Invoices', (name) => chat.act(name, { limit: 5 }, 'Show my invoices')],
		['manage_subscriptions', 'Plans', (name) => chat.act(name, { operation: 'list_plans' }, 'Which plans are there?')],
		['manage_subscriptions', 'Payment method', (name) => chat.act(name, { operation: 'add_payment_method' }, 'Add a payment method'), 'add_payment_method'],
		['billing_info', 'Billing details', () => chat.show(billingCard(chat, {}))],
	];

	for (const [kind, label, press, operation] of rows) {
		const name = settings.action(kind);

		if (name && (!operation || settings.operations.includes(operation)))
			$('quick').append(node('button', { type: 'button', click: () => press(name) }, label));
	}
}

function receive(event) {
	if (event.origin !== site || event.source !== window.parent) return;
	const message = event.data;
	if (typeof message !== 'object' || message === null || message.channel !== CHANNEL) return;
	if (message.type === 'identify' && typeof message.proof === 'object' && message.proof !== null) identify(message.proof);
	else if (message.type === 'resetUser') resetUser();
	else if (message.type === 'resetChat') forget();
	else if (message.type === 'opened') $('text').focus();
}

function bind() {
	const text = $('text');

	window.addEventListener('message', receive);
	$('close').addEventListener('click', () => toPage({ type: 'close' }));
	$('reset').addEventListener('click', () => {
		forget();
		text.focus();
	});
	document.addEventListener('keydown', (event) => {
		if (event.key === 'Escape') toPage({ type: 'close' });
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
		send(content);
	});
}

async function start() {
	const response = await fetch('/widget/settings.json', { credentials: 'omit', cache: 'no-store' });
	const given = await response.json();

	/* The browser keeps other sites from framing this page (CSP frame-ancestors); this keeps the messages exact too. */
	if (window.parent === window || !given.sites.includes(site)) {
		$('notice').textContent = 'This site may not show this chat.';
		$('notice').hidden = false;
		$('compose').hidden = true;
		return;
	}
	settings = {
		...given,
		action: (kind) => given.actions.find((one) => one.kind === kind)?.name ?? null,
		kindOf: (name) => given.actions.find((one) => one.name === name)?.kind ?? null,
	};
	door = new Door(given.environment);
	document.title = settings.agent.name;
	$('title').textContent = settings.agent.name;
	greet();
	quickButtons();
	bind();
	toPage({ type: 'ready' });
}

start();
