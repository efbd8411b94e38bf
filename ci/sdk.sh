#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Official Stripe packages drive the simulator over HTTP (suites/sdk): the newest for Node, older ones with the API
# versions of their time, and the one for Python that Debian ships. Node and Python are tools of this check alone.
#
#   ci/sdk.sh [build folder]
set -u
cd "$(dirname "$0")/.." || exit
out=${1:-build}

ci/install.sh sdk || exit
if [ ! -x "$out/mockstripe" ]; then
	echo "sdk: $out/mockstripe is not built"
	exit 1
fi
MOCKSTRIPE=$(realpath "$out/mockstripe")
export MOCKSTRIPE
mkdir -p "$out/logs"
logs=$(realpath "$out/logs")

passed=0
failed=0
# Adds up what a run closed with.
add() {
	read -r p _ f _ <<<"$(tail -n 1 "$1")"
	passed=$((passed + p))
	failed=$((failed + f))
}

echo "node $(node --version), stripe $(sed -n 's/.*: "\(npm:stripe@\)*\([0-9][0-9.]*\)".*/\2/p' suites/sdk/package.json | paste -sd ' ')"
ci/node.sh suites/sdk 240 "$logs/sdk.tap" stripe.test.mjs older.test.mjs | tee "$logs/sdk.node"
add "$logs/sdk.node"

echo "$(/usr/bin/python3 --version), stripe $(/usr/bin/python3 -c 'import stripe; print(stripe.version.VERSION)')"
timeout --kill-after=5 120 /usr/bin/python3 suites/sdk/stripe_test.py >"$logs/sdk.py" 2>&1
status=$?
ran=$(sed -n 's/^Ran \([0-9]*\) tests* in .*/\1/p' "$logs/sdk.py")
broken=$(sed -n 's/^FAILED (\(.*\))/\1/p' "$logs/sdk.py" | tr -cs '0-9' '\n' | awk '{ n += $1 } END { print n + 0 }')
if [ "$status" -ne 0 ] || [ "${ran:-0}" -eq 0 ]; then
	cat "$logs/sdk.py"
	[ "$broken" -gt 0 ] || broken=1
fi
passed=$((passed + ${ran:-0} - (broken < ${ran:-0} ? broken : ${ran:-0})))
failed=$((failed + broken))

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
