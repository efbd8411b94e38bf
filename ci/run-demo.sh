#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Starts the simulator with the demo company, lets the four actions work for some of its contacts, and prints what
# happened. `run` then leaves the simulator up until Ctrl-C; `demo` stops it.
#
#   ci/run-demo.sh run|demo [build folder]
set -u
cd "$(dirname "$0")/.." || exit
mode=${1:-demo}
out=${2:-build}

# What is called, one line a call: the contact (external_id), the action, its inputs as JSON, further flags (- is none),
# and a sentence that says what is asked. Exit status 3 (a confirmation is wanted) is as good an answer as 0.
calls() {
	cat <<'END'
ada   | subscription_info    | {}                                              | -     | Ada asks what she pays for
ada   | list_invoices        | {"limit": 3}                                    | -     | ... and for her latest invoices
ada   | manage_subscriptions | {"operation": "change_plan", "plan": "fleet"}   | -     | Ada asks what moving to Fleet would cost today
ada   | manage_subscriptions | {"operation": "change_plan", "plan": "fleet"}   | --yes | ... and says yes
linus | manage_subscriptions | {"operation": "cancel", "when": "at_period_end"} | --yes | Linus cancels at the end of the period
ada   | update_billing       | {"email": "ada.billing@example.com"}            | --yes | Ada's invoices are to go to another address
END
}

for piece in mockstripe stripe-actions; do
	if [ ! -x "$out/$piece" ]; then
		echo "$out/$piece is not there: run 'make' first"
		exit 1
	fi
done
if [ ! -d fixtures/demo ]; then
	echo "fixtures/demo is not there"
	exit 1
fi

work=$(mktemp -d)
server=
chat=
finish() {
	if [ -n "$chat" ]; then
		kill -TERM "$chat" 2>/dev/null
		wait "$chat" 2>/dev/null
		chat=
	fi
	if [ -n "$server" ]; then
		kill -TERM "$server" 2>/dev/null
		wait "$server" 2>/dev/null
		server=
	fi
	rm -rf "$work"
}
trap finish EXIT

# Starts the server on a port and waits for its line; 1 when it ended without saying it.
start() {
	"$out/mockstripe" --http-port "$1" --https-port 0 --fixtures fixtures/demo >"$work/out" 2>"$work/err" &
	server=$!
	for _ in $(seq 200); do
		url=$(sed -n 's/^mockstripe ready \(http:[^ ]*\).*/\1/p' "$work/out")
		[ -n "$url" ] && return 0
		kill -0 "$server" 2>/dev/null || break
		sleep 0.05
	done
	kill -TERM "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	server=
	return 1
}

# The actions' own server with the chat widget and its demo site; 1 when it ended without saying its line.
start_chat() {
	: >"$work/chat.out"
	"$out/stripe-actions" serve --config "$work/actions.json" --port "$1" --demo >"$work/chat.out" 2>"$work/chat.err" &
	chat=$!
	for _ in $(seq 200); do
		chat_url=$(sed -n 's/^stripe-actions ready \(http:[^ ]*\).*/\1/p' "$work/chat.out")
		[ -n "$chat_url" ] && return 0
		kill -0 "$chat" 2>/dev/null || break
		sleep 0.05
	done
	kill -TERM "$chat" 2>/dev/null
	wait "$chat" 2>/dev/null
	chat=
	return 1
}

port=${PORT:-12111}
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
	echo "Port $port is taken: taking a free one."
	port=0
fi
if ! start "$port"; then
	echo "The simulator did not start:"
	cat "$work/out" "$work/err"
	exit 1
fi

# What an operator does once in the Dashboard, so that links to the customer portal work: saving its settings.
key=$(sed -n 's/.*"\(sk_test_[0-9A-Za-z_]*\)".*/\1/p' fixtures/demo/actions.json | head -n 1)
curl -sf -o "$work/portal" -X POST "$url/_mockstripe/portal/default" -u "$key:" || echo "The portal's settings could not be saved."

# The configuration that is shipped names the usual port; the contacts stand beside it.
sed "s|http://127\.0\.0\.1:12111|$url|g" fixtures/demo/actions.json >"$work/actions.json"
cp fixtures/demo/contacts.json "$work/"

# What the lines below name: the shipped configuration where it holds, and else the copy with the port that was taken.
config=fixtures/demo/actions.json
[ "$url" = http://127.0.0.1:12111 ] || config=$work/actions.json

echo
echo "mockstripe runs at $url with the demo company (fixtures/demo)."
echo "Four actions, for some of its contacts, through build/stripe-actions:"
bad=0
while IFS='|' read -r contact action inputs flags sentence; do
	contact=${contact// /}
	action=${action// /}
	flags=${flags// /}
	inputs=$(sed 's/^ *//; s/ *$//' <<<"$inputs")
	[ "$flags" = - ] && flags=
	printf '\n\033[1m%s\033[0m\n' "${sentence# }"
	printf '  $ build/stripe-actions call %s --config %s --contact %s --input '\''%s'\''%s\n' "$action" "$config" "$contact" "$inputs" "${flags:+ $flags}"
	answer=$("$out/stripe-actions" call "$action" --config "$work/actions.json" --contact "$contact" --input "$inputs" ${flags:+"$flags"} 2>&1)
	status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || bad=$((bad + 1))
	printf '%s\n' "$answer" | sed 's/^/  /'
done < <(calls)

cat <<END

To try against the simulator (what else it takes: $url/_mockstripe):
  curl -s '$url/v1/customers?limit=3' -u $key:
  curl -s '$url/v1/subscriptions?status=all' -u $key:
  curl -s '$url/v1/customers' -u $key: -d email=you@example.com
END
if [ "$bad" -gt 0 ]; then
	echo
	echo "$bad of the calls failed."
	[ "$mode" = demo ] && exit 1
fi
if [ "$mode" = run ]; then
	chat_port=${CHAT_PORT:-12113}
	if (exec 3<>"/dev/tcp/127.0.0.1/$chat_port") 2>/dev/null; then
		chat_port=0
	fi
	if start_chat "$chat_port"; then
		echo
		echo "The chat, on a demo site where you can be any of the contacts, see what the simulator holds, and ask:"
		# Another name for the same machine is another origin: the site and the widget meet as they do in life.
		printf '  \033[1mhttp://localhost:%s/demo\033[0m\n' "${chat_url##*:}"
	else
		echo "The actions' server did not start:"
		cat "$work/chat.out" "$work/chat.err"
		bad=$((bad + 1))
	fi
	echo
	echo "Both stay up until Ctrl-C."
	# Ctrl-C reaches the server too, which then stops gracefully; here it only ends the wait.
	trap 'echo; echo "Stopping."' INT TERM
	wait "$server"
	trap - INT TERM
	[ "$bad" -eq 0 ]
fi
