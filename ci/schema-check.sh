#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Regenerates the API description from the declarations of the official npm package and compares it with what is
# committed: the two have to be identical. A developer's check; neither building nor running needs Node.
set -eu
cd "$(dirname "$0")/.."
ci/install.sh sdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for folder in mockstripe/schema/tool suites/sdk; do
	(cd "$folder" && npm ci --no-audit --no-fund --ignore-scripts --silent)
done
node mockstripe/schema/generate.mjs suites/sdk/node_modules/stripe "$work/stripe.txt"
if ! diff -u mockstripe/schema/stripe.txt "$work/stripe.txt" >"$work/difference"; then
	head -n 40 "$work/difference"
	echo "schema-check: the committed description differs from what the declarations give"
	exit 1
fi
echo "schema-check: identical"
