/* SPDX-License-Identifier: MIT */
/* Takes calls until the widget's script is there. A file of its own, so that the page's CSP needs no inline script. */
window.stripeActions ??= new Proxy(
	Object.assign((...args) => window.stripeActions.q.push(args), { q: [] }),
	{ get: (target, name) => (name in target ? target[name] : (...args) => target(name, ...args)) },
);
