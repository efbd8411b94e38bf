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
	const METADATA_MOST = 1000;
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
	let tools = {}; // what the page lets the chat run in it
	let identity = {};
	let verified = false;
	const visitor = `anon_${crypto.getRandomValues(new Uint32Array(4)).join('_')}`;

	const complain = (text) => console.error(`${CHANNEL}: ${text}`);

	/* In the order of the calls; before the frame is there they wait. */
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

	/* At most METADATA_MOST characters over all values; what is over is cut off. */
	function limited(metadata) {
		const out = {};
		let left = METADATA_MOST;

		for (const [key, value] of Object.entries(metadata)) {
			const text = typeof value === 'string' ? value : JSON.stringify(value) ?? '';

			if (text.length > left) {
				console.warn(`${CHANNEL}: metadata_truncated: more than ${METADATA_MOST} characters; move data to the contact's attributes`);
				if (typeof value === 'string' && left) out[key] = text.slice(0, left);
				return out;
			}
			out[key] = value;
			left -= text.length;
		}
		return out;
	}

	/*
	 * A token, or a user_id with its user_hash, proves who is there. All else is what the page says: user_metadata, and
	 * beside a token any other member. A later call replaces an earlier one as a whole.
	 */
	function identify(given) {
		if (!plainObject(given)) return complain('identify takes an object with a token, or a user_id and a user_hash');
		const { token, user_id, user_hash, user_metadata, ...others } = given;
		const said = plainObject(user_metadata) ? user_metadata : {};
		if (user_id !== undefined && typeof user_id !== 'string') return complain('identity_user_id_invalid: user_id is a text, not a number');
		if (token !== undefined && typeof token !== 'string') return complain('identity_token_malformed: token is a text');
		if (token === undefined && Object.keys(others).length) complain(`identify knows no ${Object.keys(others).join(', ')} without a token`);
		const context = limited(token === undefined ? said : { ...others, ...said });
		identity = { user_id, user_hash, user_metadata: context };
		verified = false;
		return post({ type: 'identify', proof: { token, user_id, user_hash, ...(Object.keys(context).length ? { context } : {}) } });
	}

	function registerTools(given) {
		if (!plainObject(given) || !Object.values(given).every((one) => typeof one === 'function'))
			return complain('registerTools takes an object of functions, by the names of the tools');
		tools = { ...given };
		return post({ type: 'tools', names: Object.keys(tools) });
	}

	/* What a tool is told of the visitor: more than an anonymous id only when it was proved. */
	function visitorNow() {
		return { ...(verified ? identity : {}), anon_user_id: visitor };
	}

	async function runTool({ id, name: tool, args }) {
		let output;

		try {
			if (!Object.hasOwn(tools, tool)) throw new Error('client_tool_not_registered');
			output = await tools[tool](args, visitorNow());
			if (!plainObject(output) || !['success', 'error'].includes(output.status)) output = { status: 'success', data: output ?? null };
			output = JSON.parse(JSON.stringify(output));
		} catch (error) {
			console.error(error);
			output = { status: 'error', error: String(error?.message ?? error) };
		}
		post({ type: 'tool-output', id, output });
	}

	const calls = {
		open: () => show(true),
		close: () => show(false),
		toggle: () => show(!shown),
		identify,
		registerTools,
		ask(text) {
			if (typeof text !== 'string' || !text.trim()) return complain('ask takes a text');
			if (!shown) show(true);
			return post({ type: 'ask', text });
		},
		resetUser() {
			identity = {};
			verified = false;
			post({ type: 'resetUser' });
		},
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
			resume();
			for (const one of waiting.splice(0)) post(one);
			if (shown) post({ type: 'opened' });
		} else if (message.type === 'close') {
			show(false);
		} else if (message.type === 'identified') {
			verified = message.verified === true;
		} else if (message.type === 'keep') {
			keep(message);
		} else if (message.type === 'tool') {
			runTool(message);
		} else if (message.type === 'event' && listeners.has(message.event) && plainObject(message.data)) {
			emit(message.event, message.data);
		}
	}

	/*
	 * Which conversation of this visit to go on with after a reload: an id, which is nothing without the proof of who is
	 * there. In the tab's storage of the page, as the frame's own is closed to it in many browsers.
	 */
	function keep({ conversation, verified: proved }) {
		stored((storage) => (typeof conversation === 'string' ? storage.setItem(CHANNEL, JSON.stringify({ conversation, verified: proved === true }))
			: storage.removeItem(CHANNEL)));
	}

	function resume() {
		let kept;

		try {
			kept = JSON.parse(stored((storage) => storage.getItem(CHANNEL)) ?? 'null');
		} catch {
			kept = null; // somebody else's writing
		}
		if (typeof kept?.conversation === 'string') post({ type: 'resume', conversation: kept.conversation, verified: kept.verified === true });
	}

	/* Storage can be switched off, or full: the chat then begins anew with every page. */
	function stored(work) {
		try {
			return work(window.sessionStorage);
		} catch {
			return null;
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
