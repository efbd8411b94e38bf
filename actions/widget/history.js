/* SPDX-License-Identifier: MIT */
/*
 * What was said, kept for the next page of the same visit: in the tab's session storage of the widget's own origin, which
 * ends with the tab. It is kept for one person and shown to nobody else; a sign-out, another person or a new chat
 * deletes it. Only words are kept: no links, which open billing pages without a login, and no consent.
 */
const KEY = 'stripe-actions-widget';
const LINES_MOST = 60;

/* Storage can be switched off in a browser, or full: the chat then lasts as long as its page. */
function store(work) {
	try {
		return work(window.sessionStorage);
	} catch {
		return null;
	}
}

export class History {
	constructor() {
		this.person = null;
		this.lines = [];
		this.conversation = null;
	}

	/* Begins for a person ('' for nobody), with what is kept of them. Gives the lines: {text, style}. */
	begin(person) {
		let kept;

		try {
			kept = JSON.parse(store((storage) => storage.getItem(KEY)) ?? 'null');
		} catch {
			kept = null;
		}
		this.person = person;
		this.lines = kept?.person === person && Array.isArray(kept.lines)
			? kept.lines.filter((line) => typeof line?.text === 'string' && typeof line.style === 'string') : [];
		this.conversation = kept?.person === person && typeof kept.conversation === 'string' ? kept.conversation : null;
		this.save();
		return this.lines;
	}

	add(text, style) {
		this.lines.push({ text: text.replace(/https?:\/\/\S+/g, '…'), style });
		this.lines.splice(0, this.lines.length - LINES_MOST);
		this.save();
	}

	keepConversation(id) {
		this.conversation = id;
		this.save();
	}

	forget() {
		this.lines = [];
		this.conversation = null;
		store((storage) => storage.removeItem(KEY));
	}

	save() {
		if (this.person === null) return;
		store((storage) => storage.setItem(KEY, JSON.stringify({ person: this.person, conversation: this.conversation, lines: this.lines })));
	}
}
