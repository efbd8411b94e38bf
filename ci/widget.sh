#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The chat widget in a headless Chromium, through the sentences that the actions are documented with, and the hosted pages of
# the simulator (suites/widget).
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

mkdir -p "$out/logs"
printf '%s, %s\n' "node $(node --version)" "$("$CHROMIUM" --version --no-sandbox 2>/dev/null | head -n 1)"
ci/node.sh suites/widget 620 "$OUT/logs/widget.tap" words.test.mjs widget.test.mjs page.test.mjs everybody.test.mjs trouble.test.mjs hosted.test.mjs >"$OUT/logs/widget.end"
status=$?
echo "$(find "$SCREENSHOTS" -name '*.png' 2>/dev/null | wc -l) screenshots in $out/screenshots"
cat "$OUT/logs/widget.end"
exit "$status"
