#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The simulator beside a bare libmicrohttpd program that returns a fixed body of the same size: one run, one machine, the
# same wrk. Prints what it measures, also where that is short of the aim.
#
#   ci/bench.sh [build folder] [folder of the benchmark programs]
#
# BENCH_SECONDS (5) a measurement, BENCH_CUSTOMERS (100000) in the full account, BENCH_CONNECTIONS (32),
# RENEWALS_SUBSCRIPTIONS ("1000 10000") that one clock renews twelve times; the larger one takes half a minute and 3 GB.
set -u
cd "$(dirname "$0")/.." || exit
out=${1:-build}
programs=${2:-build/bench}
seconds=${BENCH_SECONDS:-5}
customers=${BENCH_CUSTOMERS:-100000}
connections=${BENCH_CONNECTIONS:-32}
key=sk_test_bench

if [ ! -x "$out/mockstripe" ]; then
	echo "bench: $out/mockstripe is not built"
	exit 1
fi
work=$(mktemp -d)
server=
bare=
finish() {
	for child in $bare $server; do
		kill -TERM "$child" 2>/dev/null
		wait "$child" 2>/dev/null
	done
	rm -rf "$work"
}
trap finish EXIT

# Waits for "NAME ready URL" in a file and prints the URL.
ready() {
	local name=$1 file=$2 url
	for _ in $(seq 200); do
		url=$(sed -n "s/^$name ready \(http:[^ ]*\).*/\1/p" "$file")
		[ -n "$url" ] && echo "$url" && return 0
		sleep 0.05
	done
	echo "bench: $name did not become ready" >&2
	return 1
}

resident_kilobytes() {
	awk '/^VmRSS:/ { print $2 }' "/proc/$server/status"
}

# Calls the simulator once: METHOD PATH [BODY]; what it answers goes to $work/answer.
call() {
	local body=(-G)
	[ -n "${3:-}" ] && body=(--data "$3")
	if ! curl -sS --noproxy '*' --globoff --fail-with-body -X "$1" "${body[@]}" -u "$key:" -o "$work/answer" "$url$2" 2>"$work/why"; then
		echo "bench: $1 $2 was refused:" >&2
		cat "$work/why" "$work/answer" >&2
		exit 1
	fi
}

# The first id with a prefix in the last answer.
id_of() {
	grep -o "\"$1_[0-9A-Za-z]*\"" "$work/answer" | head -n 1 | tr -d '"'
}

# One measurement: URL METHOD PATH [BODY] -> "requests microseconds p50 p99 errors"
measure() {
	local target=$1
	shift
	wrk -t1 "-c$connections" "-d${seconds}s" -s ci/bench/request.lua "$target" -- "$1" "$2" "$key" "${@:3}" |
		sed -n 's/^result //p'
}

rate() {
	awk -v n="$1" -v us="$2" 'BEGIN { printf "%.0f", (us > 0 ? n * 1000000 / us : 0) }'
}

wrong=0
# A row of the table: NAME AIM METHOD PATH [BODY]
row() {
	local name=$1 aim=$2 size requests micros p50 p99 errors bare_requests bare_micros own beside
	shift 2
	# What the answer looks like, by the first of the lines that take turns.
	call "$1" "$2" ${3:+"${3//@/$(head -n 1 "${4:-/dev/null}")}"}
	size=$(wc -c <"$work/answer")
	read -r requests micros p50 p99 errors < <(measure "$url" "$@")
	"$programs/bare" "$size" >"$work/bare" &
	bare=$!
	local bare_url
	bare_url=$(ready bare "$work/bare") || exit 1
	read -r bare_requests bare_micros _ _ _ < <(measure "$bare_url" "$@")
	kill -TERM "$bare" && wait "$bare"
	bare=
	own=$(rate "${requests:-0}" "${micros:-0}")
	beside=$(rate "${bare_requests:-0}" "${bare_micros:-0}")
	awk -v name="$name" -v own="$own" -v p50="${p50:-0}" -v p99="${p99:-0}" -v beside="$beside" -v aim="$aim" -v size="$size" \
		-v errors="${errors:-0}" 'BEGIN {
			printf "%-36s %7d %10d %8.2f %8.2f %10d %6.2f  %s%s\n", name, size, own, p50 / 1000, p99 / 1000, beside,
				(beside > 0 ? own / beside : 0), aim, (errors > 0 ? "  (" errors " answers were errors)" : "")
		}'
	if [ "${requests:-0}" -eq 0 ] || [ "${errors:-0}" -gt 0 ]; then
		wrong=$((wrong + 1))
	fi
}

"$out/mockstripe" --http-port 0 --https-port 0 --quiet >"$work/server" 2>"$work/server.err" &
server=$!
if ! url=$(ready mockstripe "$work/server"); then
	cat "$work/server.err"
	exit 1
fi

printf 'wrk, %s connections, %s s a row; %s cores; the bare server returns a fixed body of the same size\n\n' "$connections" \
	"$seconds" "$(nproc)"
printf '%-36s %7s %10s %8s %8s %10s %6s  %s\n' '' bytes req/s 'p50 ms' 'p99 ms' 'bare req/s' ratio aim

call POST /v1/products 'name=Starter'
product=$(id_of prod)
call POST /v1/prices "product=$product&currency=usd&unit_amount=2000&recurring[interval]=month"
price=$(id_of price)
call POST /v1/prices "product=$product&currency=usd&unit_amount=5000&recurring[interval]=month"
dearer=$(id_of price)
call POST /v1/customers 'name=Ada&email=ada%40example.com'
payer=$(id_of cus)
call POST /v1/payment_methods/pm_card_visa/attach "customer=$payer"
method=$(id_of pm)
call POST "/v1/customers/$payer" "invoice_settings[default_payment_method]=$method"
for _ in $(seq 10); do
	call POST /v1/subscriptions "customer=$payer&items[0][price]=$price"
done
subscription=$(id_of sub)
item=$(id_of si)

before=$(resident_kilobytes)
"$programs/load" "$url" "$key" 1000 || exit 1
row 'retrieve a customer' '0.80' GET "/v1/customers/$payer"
row "list a customer's 10 invoices" '0.80' GET "/v1/invoices?customer=$payer&limit=10"
row 'list 10 customers among 1,000' '0.80' GET '/v1/customers?limit=10'
"$programs/load" "$url" "$key" $((customers - 1000)) || exit 1
after=$(resident_kilobytes)
row "list 10 customers among $customers" 'as above' GET '/v1/customers?limit=10'
row 'create a customer' '0.40' POST /v1/customers 'name=Grace&email=grace%40example.com'
# A customer may have 500 subscriptions: these take turns.
for _ in $(seq 200); do
	call POST /v1/customers "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa"
	id_of cus
done >"$work/payers"
row 'create a subscription' '' POST /v1/subscriptions "customer=@&items[0][price]=$price" "$work/payers"
row 'preview a proration' '' POST /v1/invoices/create_preview \
	"subscription=$subscription&subscription_details[items][0][id]=$item&subscription_details[items][0][price]=$dearer"

awk -v kb="$((after - before))" -v n="$customers" 'BEGIN {
	printf "\nresident memory a customer, its event included: %.1f KB  (aim 3)\n", kb / n
}'
# Advancing one clock: RENEWALS_SUBSCRIPTIONS is how many it renews, a row each.
read -ra sizes <<<"${RENEWALS_SUBSCRIPTIONS:-1000 10000}"
if ! "$programs/renewals" "${sizes[@]}"; then
	wrong=$((wrong + 1))
fi
if [ "$wrong" -gt 0 ]; then
	echo "bench: $wrong rows are not to be trusted: there were errors"
	exit 1
fi
