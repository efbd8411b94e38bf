#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The official Stripe package for Node drives the simulator over HTTP (suites/sdk). Node is a tool of this check alone.
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

if ! said=$(cd suites/sdk && npm ci --no-audit --no-fund --ignore-scripts 2>&1); then
	printf '%s\n' "$said"
	echo "sdk: the package could not be installed"
	exit 1
fi

mkdir -p "$out/logs"
log=$out/logs/sdk.tap
(cd suites/sdk && timeout --kill-after=5 240 node --test --test-reporter=tap stripe.test.mjs) >"$log" 2>&1
status=$?
passed=$(sed -n 's/^# pass \([0-9]*\)$/\1/p' "$log" | tail -n 1)
failed=$(sed -n 's/^# fail \([0-9]*\)$/\1/p' "$log" | tail -n 1)
cancelled=$(sed -n 's/^# cancelled \([0-9]*\)$/\1/p' "$log" | tail -n 1)
passed=${passed:-0}
failed=$((${failed:-0} + ${cancelled:-0}))
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
	failed=1
fi
if [ "$failed" -gt 0 ]; then
	grep -v -e '^ *ok ' "$log" | tail -n 300
fi
printf '%s, stripe %s\n' "node $(node --version)" "$(sed -n 's/.*"stripe": "\(.*\)".*/\1/p' suites/sdk/package.json)"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
