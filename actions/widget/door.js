/* SPDX-License-Identifier: MIT */
/*
 * The way from the frame to the server it came from: JSON out, JSON or server-sent events in. Nothing is kept but in
 * memory, so that the next person at the device finds nothing.
 */

/* An answer that is not one of ours: no connection, a refusal of the door itself. `status` 0: nothing came back. */
export class DoorError extends Error {
	constructor(status, message, code = null) {
		super(message);
		this.status = status;
		this.code = code;
	}
}

/* Events of a stream of UTF-8 (WHATWG HTML, "Server-sent events"): the data of each, joined by line ends. */
export async function* eventsOf(body) {
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	let kept = '';
	let data = [];

	for (;;) {
		const { value, done } = await reader.read();
		if (done) return;
		const lines = (kept + value).split(/\r\n|\n|\r(?!$)/);
		kept = lines.pop();
		for (const line of lines) {
			if (line === '' && data.length) {
				yield data.join('\n');
				data = [];
			} else if (line.startsWith('data:')) {
				data.push(line.slice(line[5] === ' ' ? 6 : 5));
			}
		}
	}
}

async function refusal(response) {
	let body = null;

	try {
		body = await response.json();
	} catch {
		body = null; // an answer without JSON still has its status
	}
	return new DoorError(response.status, body?.error?.message ?? body?.message ?? '', body?.error?.code ?? null);
}

/* What proves who is asking; whatever else a page passes beside it proves nothing. */
const proofOf = ({ token, user_id, user_hash }) => Object.fromEntries(Object.entries({ token, user_id, user_hash }).filter(([, value]) => value !== undefined));

export class Door {
	constructor(locale) {
		this.proof = {};
		this.context = null; // what the page says of the visitor; nothing proves it
		this.locale = locale;
		this.conversation = null;
	}

	async send(path, body, accept = 'application/json') {
		let response;

		try {
			response = await fetch(path, {
				method: 'POST',
				headers: { Accept: accept, 'Content-Type': 'application/json' },
				body: JSON.stringify({ ...this.proof, locale: this.locale, ...body }),
				credentials: 'omit',
				cache: 'no-store',
				referrerPolicy: 'no-referrer',
			});
		} catch {
			throw new DoorError(0, '');
		}
		if (!response.ok) throw await refusal(response);
		return response;
	}

	async json(path, body = {}) {
		const response = await this.send(path, body);

		try {
			return await response.json();
		} catch {
			throw new DoorError(0, ''); // it broke off half-way
		}
	}

	/* Proves who is asking; gives {verified, name?, locale?}. Every later call carries the proof. */
	async identify(identity) {
		this.proof = proofOf(identity);
		this.context = identity.context ?? null;
		const who = await this.json('/v1/identify');

		/* A token that is good for one use is used up now; the session goes on in its place. */
		if (who.session) this.proof = { session: who.session };
		return who;
	}

	forgetIdentity() {
		if (this.proof.session) this.send('/v1/reset', {}).catch(() => {}); // it runs out by itself, too
		this.proof = {};
		this.context = null;
		this.conversation = null;
	}

	/* Runs one action and gives its envelope: {status, message, data, error?, next?}. */
	async call(action, inputs, confirmation) {
		return this.json('/v1/call', { action, inputs, ...(confirmation ? { confirmation } : {}) });
	}

	/* Says something in the conversation; `hear` gets what comes back, in order. */
	async message(content, tools, hear) {
		const known = this.conversation !== null;

		this.conversation ??= (await this.json('/v1/conversations')).id;
		try {
			await this.events('messages', { content, ...(this.context ? { context: this.context } : {}), ...(tools.length ? { client_tools: tools } : {}) }, hear);
		} catch (error) {
			/* The server has forgotten the conversation, as after a restart: what was said goes to a new one. */
			if (!known || error.code !== 'conversation_not_found') throw error;
			this.conversation = null;
			await this.message(content, tools, hear);
		}
	}

	/* What was said in an earlier conversation, which then goes on: [{role, content}]; [] when it is gone. */
	async history(conversation) {
		try {
			const { messages } = await this.json(`/v1/conversations/${encodeURIComponent(conversation)}/history`);
			if (messages.length) this.conversation = conversation;
			return messages;
		} catch (error) {
			if (error.code === 'conversation_not_found') return [];
			throw error;
		}
	}

	/* What a tool of the page gave; the conversation goes on with it. */
	async toolResult(id, output, hear) {
		await this.events('tool-result', { toolCallId: id, output }, hear);
	}

	async events(path, body, hear) {
		const response = await this.send(`/v1/conversations/${this.conversation}/${path}`, body, 'text/event-stream');

		try {
			for await (const data of eventsOf(response.body)) {
				if (data === '[DONE]') return;
				await tell(JSON.parse(data), hear);
			}
		} catch (error) {
			if (error instanceof DoorError) throw error;
		}
		throw new DoorError(0, ''); // a stream without its end
	}
}

async function tell(event, hear) {
	if (event.type === 'text-delta') hear.piece(event.text);
	else if (event.type === 'text') hear.text(event.text);
	else if (event.type === 'error') hear.trouble(event.text);
	else if (event.type === 'tool-call') hear.toolCall(event.name, event.inputs ?? {}, event.id, event.client === true);
	else if (event.type === 'tool-result') hear.toolResult(event.name, event.inputs ?? {}, event.result, event.id);
}
