/* SPDX-License-Identifier: MIT */
/*
 * The way from the frame to the server it came from: JSON out, JSON or server-sent events in. Nothing is kept but in
 * memory, so that the next person at the device finds nothing.
 */

/* An answer that is not one of ours: no connection, a refusal of the door itself. `status` 0: nothing came back. */
export class DoorError extends Error {
	constructor(status, message) {
		super(message);
		this.status = status;
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
	let text = '';

	try {
		const body = await response.json();
		text = body?.error?.message ?? body?.message ?? '';
	} catch {
		text = ''; // an answer without JSON still has its status
	}
	return new DoorError(response.status, text);
}

export class Door {
	constructor(environment) {
		this.environment = environment;
		this.identity = {};
		this.conversation = null;
	}

	async send(path, body, accept = 'application/json') {
		let response;

		try {
			response = await fetch(path, {
				method: body === undefined ? 'GET' : 'POST',
				headers: { Accept: accept, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
				body: body === undefined ? undefined : JSON.stringify(body),
				credentials: 'omit',
				cache: 'no-store',
				referrerPolicy: 'no-referrer',
			});
		} catch {
			throw new DoorError(0, 'The connection was lost.');
		}
		if (!response.ok) throw await refusal(response);
		return response;
	}

	async json(path, body) {
		return (await this.send(path, body)).json();
	}

	/* Proves who is asking; gives {verified, name?}. Every later call carries the proof. */
	async identify(proof) {
		this.forgetIdentity();
		this.identity = proof;
		return this.json('/v1/identify', proof);
	}

	forgetIdentity() {
		this.identity = {};
		this.conversation = null;
	}

	/* Runs one action and gives its envelope: {status, message, data, error?, next?}. */
	async call(action, inputs, confirmation) {
		return this.json('/v1/call', { ...this.identity, action, inputs, ...(confirmation ? { confirmation } : {}) });
	}

	/* Says something in the conversation; `hear` gets what comes back, in order. */
	async message(content, hear) {
		this.conversation ??= await this.json('/v1/conversations', this.identity);
		const response = await this.send(`/v1/conversations/${this.conversation.id}/messages`, { ...this.identity, content }, 'text/event-stream');

		for await (const data of eventsOf(response.body)) {
			if (data === '[DONE]') break;
			const event = JSON.parse(data);
			if (event.type === 'text') hear.text(event.text);
			else if (event.type === 'tool-call') hear.toolCall(event.name, event.inputs, event.id);
			else if (event.type === 'tool-result') hear.toolResult(event.name, event.inputs ?? {}, event.result, event.id);
		}
	}
}
