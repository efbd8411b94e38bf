/* SPDX-License-Identifier: MIT */
/*
 * The script a site includes:
 *
 *	<script src="https://support.example.com/widget/embed.js" async></script>
 *
 * It adds a launcher and an iframe, and answers calls on window.stripeActions, also those that were queued before it
 * arrived. Attributes of the element: data-global (another name for the window's property, so that a page written for
 * another widget needs no change), data-label (what the launcher says).
 *
 * The iframe lives on the origin this script came from. Messages go to and are taken from exactly that origin and that
 * window; nothing the page does reaches into the chat but the calls below.
 */
(() => {
	'use strict';

	const CHANNEL = 'stripe-actions-widget';
	const EVENTS = ['user-message', 'assistant-message', 'tool-call', 'tool-result'];
	const script = document.currentScript;
	const origin = new URL(script.src).origin;
	const name = script.dataset.global || 'stripeActions';
	const label = script.dataset.label || 'Support';

	const listeners = new Map(EVENTS.map((type) => [type, new Set()]));
	const waiting = []; // messages for the frame before it is ready
	let frame = null;
	let ready = false;
	let shown = false;
	let launcher = null;
	let returnTo = null; // what had the focus before the chat was opened

	const complain = (text) => console.error(`${CHANNEL}: ${text}`);

	function post(message) {
		if (ready) frame.contentWindow.postMessage({ channel: CHANNEL, ...message }, origin);
		else waiting.push(message);
	}

	function show(open) {
		if (open && !shown) returnTo = document.activeElement;
		shown = open;
		frame.hidden = !open;
		launcher.setAttribute('aria-expanded', String(open));
		if (open) {
			frame.focus();
			post({ type: 'opened' });
		} else if (returnTo?.isConnected && returnTo !== document.body) {
			returnTo.focus();
		} else {
			launcher.focus();
		}
	}

	function plainObject(value) {
		return typeof value === 'object' && value !== null && !Array.isArray(value);
	}

	const calls = {
		open: () => show(true),
		close: () => show(false),
		toggle: () => show(!shown),
		identify(proof) {
			if (!plainObject(proof)) return complain('identify takes an object with a token, or a user_id and a user_hash');
			return post({ type: 'identify', proof });
		},
		resetUser: () => post({ type: 'resetUser' }),
		resetChat: () => post({ type: 'resetChat' }),
		getState: () => (ready ? 'initialized' : 'loading'),
		addEventListener(type, callback) {
			if (!listeners.has(type)) return complain(`there is no event ${type}`);
			if (typeof callback !== 'function') return complain('a listener is a function');
			listeners.get(type).add(callback);
			return undefined;
		},
		removeEventListener: (type, callback) => void listeners.get(type)?.delete(callback),
	};

	function call(method, ...args) {
		if (!Object.hasOwn(calls, method)) return complain(`there is no call ${String(method)}`);
		return calls[method](...args);
	}

	function emit(type, data) {
		for (const callback of [...listeners.get(type)]) {
			try {
				callback({ type, data });
			} catch (error) {
				console.error(error); // a listener's mistake is the page's, and does not stop the next one
			}
		}
	}

	function receive(event) {
		if (event.origin !== origin || event.source !== frame.contentWindow) return;
		const message = event.data;
		if (!plainObject(message) || message.channel !== CHANNEL) return;
		if (message.type === 'ready' && !ready) {
			ready = true;
			for (const one of waiting.splice(0)) post(one);
			if (shown) post({ type: 'opened' });
		} else if (message.type === 'close') {
			show(false);
		} else if (message.type === 'event' && listeners.has(message.event) && plainObject(message.data)) {
			emit(message.event, message.data);
		}
	}

	/* A constructed style sheet in a shadow root: the page's styles stay out, and no page's CSP stands in its way. */
	const STYLE = `
		:host { all: initial; }
		button {
			position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; box-sizing: border-box;
			min-height: 52px; padding: 0 22px; border: 0; border-radius: 26px; cursor: pointer;
			font: 600 16px/1.2 system-ui, sans-serif; color: #fff; background: #0b5a6f;
			box-shadow: 0 6px 20px rgb(0 0 0 / .25);
		}
		button:hover { background: #094a5c; }
		button:focus-visible, iframe:focus-visible { outline: 3px solid #f2a33a; outline-offset: 3px; }
		iframe {
			position: fixed; right: 20px; bottom: 84px; z-index: 2147483000; border: 0; border-radius: 14px;
			width: min(420px, calc(100vw - 24px)); height: min(720px, calc(100dvh - 108px));
			box-shadow: 0 12px 44px rgb(0 0 0 / .3); background: Canvas; color-scheme: light dark;
		}
		iframe[hidden] { display: none; }
		@media (max-width: 480px) {
			iframe { inset: 0; width: 100%; height: 100dvh; border-radius: 0; box-shadow: none; }
			button[aria-expanded="true"] { display: none; }
		}
		@media (prefers-color-scheme: dark) { button { background: #6fcbe0; color: #06222b; } button:hover { background: #8fd9ea; } }
	`;

	function build() {
		const host = document.createElement('div');
		const root = host.attachShadow({ mode: 'open' });
		const sheet = new CSSStyleSheet();

		sheet.replaceSync(STYLE);
		root.adoptedStyleSheets = [sheet];
		host.id = CHANNEL;
		launcher = document.createElement('button');
		launcher.type = 'button';
		launcher.textContent = label;
		launcher.setAttribute('aria-haspopup', 'dialog');
		launcher.setAttribute('aria-expanded', 'false');
		launcher.addEventListener('click', () => show(!shown));
		frame = document.createElement('iframe');
		frame.title = `${label} chat`;
		frame.hidden = true;
		frame.referrerPolicy = 'no-referrer';
		frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox');
		frame.src = `${origin}/widget/frame.html?site=${encodeURIComponent(location.origin)}`;
		root.append(launcher, frame);
		window.addEventListener('message', receive);
		document.body.append(host);
	}

	function start() {
		const early = window[name];
		const config = window[`${name}UserConfig`];

		if (early?.started === true) return complain('the script is included twice');
		build();
		const answer = (...args) => call(...args);
		answer.started = true;
		window[name] = new Proxy(answer, {
			get: (target, property) => (Object.hasOwn(calls, property) ? calls[property] : Reflect.get(target, property)),
		});
		if (plainObject(config)) calls.identify(config);
		for (const args of Array.isArray(early?.q) ? early.q : []) call(...args);
		return undefined;
	}

	if (document.body) start();
	else document.addEventListener('DOMContentLoaded', start, { once: true });
})();
