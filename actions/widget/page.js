/* SPDX-License-Identifier: MIT */
/*
 * The way from the frame to the page around it. The page gets events with what it needs to count and to react, never
 * amounts, links or details: what its listeners write down often leaves the browser.
 */
const CHANNEL = 'stripe-actions-widget';
/* Arguments whose values come from a closed set: the only ones a page's listener sees. */
const SHOWN = ['operation', 'plan', 'interval', 'quantity', 'when', 'limit'];
const TOOL_SECONDS = 60;

export function redact(text) {
	return text.replace(/https?:\/\/\S+/g, '[link]').replace(/[^\s@]+@[^\s@]+\.[^\s@]+/g, '[e-mail]')
		.replace(/-?\d[\d.,\u00a0\u202f’ ]* [A-Z]{3}\b/g, '[amount]').replace(/\+?\d[\d ().-]{6,}\d/g, '[number]');
}

export class Page {
	/* site: its exact origin. kindOf(action) names the kind of an action. */
	constructor(site, kindOf) {
		this.site = site;
		this.kindOf = kindOf;
		this.waiting = new Map(); // calls of the page's own tools
		this.tools = [];
	}

	post(message) {
		window.parent.postMessage({ channel: CHANNEL, ...message }, this.site);
	}

	/* The message, when it is one of the page's. */
	read(event) {
		const message = event.data;

		if (event.origin !== this.site || event.source !== window.parent) return null;
		return typeof message === 'object' && message !== null && message.channel === CHANNEL ? message : null;
	}

	emit(event, data) {
		this.post({ type: 'event', event, data });
	}

	said(event, text) {
		this.emit(event, { content: redact(text) });
	}

	call(name, inputs, toolCallId) {
		this.emit('tool-call', { name, type: this.kindOf(name), toolCallId,
			args: Object.fromEntries(Object.entries(inputs ?? {}).map(([key, value]) => [key, SHOWN.includes(key) ? value : '[redacted]'])) });
	}

	result(name, envelope, toolCallId) {
		this.emit('tool-result', { name, type: this.kindOf(name), toolCallId,
			result: { status: envelope.status, ...(envelope.error?.code ? { code: envelope.error.code } : {}) } });
	}

	/* Runs a tool that the page registered; gives {status: 'success', data} or {status: 'error', error}. */
	runTool(name, args, toolCallId) {
		if (!this.tools.includes(name)) {
			console.error(`${CHANNEL}: client_tool_not_registered: the page registered no tool ${name}; names must match exactly`);
			return Promise.resolve({ status: 'error', error: 'client_tool_not_registered' });
		}
		return new Promise((resolve) => {
			const late = setTimeout(() => this.toolDone(toolCallId, { status: 'error', error: 'the page did not answer in time' }), TOOL_SECONDS * 1000);

			this.waiting.set(toolCallId, (output) => {
				clearTimeout(late);
				resolve(output);
			});
			this.post({ type: 'tool', id: toolCallId, name, args });
		});
	}

	toolDone(id, output) {
		const done = this.waiting.get(id);

		this.waiting.delete(id);
		done?.(output);
	}
}
