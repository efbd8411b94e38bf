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

printf '%s, %s\n' "node $(node --version)" "$(sed -n 's/.*"\(@modelcontextprotocol.*\)": "\(.*\)".*/\1 \2/p' suites/mcp/package.json)"
mkdir -p "$out/logs"
exec ci/node.sh suites/mcp 180 "$OUT/logs/mcp.tap" mcp.test.mjs
