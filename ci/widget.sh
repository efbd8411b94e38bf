#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The chat widget in a headless Chromium, through the sentences that the actions are documented with (suites/widget).
# Node and the browser are tools of this check alone. Pictures of what it saw: build/screenshots.
#
#   ci/widget.sh [build folder]
set -u
cd "$(dirname "$0")/.." || exit
out=${1:-build}

ci/install.sh sdk widget || exit
for piece in mockstripe stripe-actions; do
	if [ ! -x "$out/$piece" ]; then
		echo "widget: $out/$piece is not built"
		exit 1
	fi
done
OUT=$(realpath "$out")
CHROMIUM=$(command -v chromium)
SCREENSHOTS=$OUT/screenshots
export OUT CHROMIUM SCREENSHOTS
rm -rf "$SCREENSHOTS"

if ! said=$(cd suites/widget && npm ci --no-audit --no-fund --ignore-scripts 2>&1); then
	printf '%s\n' "$said"
	echo "widget: the package could not be installed"
	exit 1
fi

mkdir -p "$out/logs"
log=$OUT/logs/widget.tap
(cd suites/widget && timeout --kill-after=5 300 node --test --test-reporter=tap widget.test.mjs) >"$log" 2>&1
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
printf '%s, %s, %s screenshots in %s\n' "node $(node --version)" "$("$CHROMIUM" --version --no-sandbox 2>/dev/null | head -n 1)" \
	"$(find "$SCREENSHOTS" -name '*.png' 2>/dev/null | wc -l)" "$out/screenshots"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
