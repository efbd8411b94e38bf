#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The official Model Context Protocol package for Node lists and calls the actions' tools over standard input and output
# and over HTTP (suites/mcp). Node is a tool of this check alone.
#
#   ci/mcp.sh [build folder]
set -u
cd "$(dirname "$0")/.." || exit
out=${1:-build}

ci/install.sh sdk || exit
for piece in mockstripe stripe-actions; do
	if [ ! -x "$out/$piece" ]; then
		echo "mcp: $out/$piece is not built"
		exit 1
	fi
done
OUT=$(realpath "$out")
export OUT

if ! said=$(cd suites/mcp && npm ci --no-audit --no-fund --ignore-scripts 2>&1); then
	printf '%s\n' "$said"
	echo "mcp: the package could not be installed"
	exit 1
fi

mkdir -p "$out/logs"
log=$OUT/logs/mcp.tap
(cd suites/mcp && timeout --kill-after=5 180 node --test --test-reporter=tap mcp.test.mjs) >"$log" 2>&1
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
printf '%s, %s\n' "node $(node --version)" "$(sed -n 's/.*"\(@modelcontextprotocol.*\)": "\(.*\)".*/\1 \2/p' suites/mcp/package.json)"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
