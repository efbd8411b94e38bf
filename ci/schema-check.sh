#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Regenerates the API description from the declarations of the official npm package and compares it with what is
# committed: the two have to be identical. A developer's check; neither building nor running needs Node.
#
# The generator and its pinned packages are copied to a temporary folder, because it finds the packages beside itself.
set -eu
cd "$(dirname "$0")/.."
ci/install.sh sdk
schema=mockstripe/schema
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tool"
cp "$schema/generate.mjs" "$work/"
cp "$schema"/tool/*.mjs "$schema/tool/package.json" "$schema/tool/package-lock.json" "$work/tool/"
if ! (cd "$work/tool" && npm ci --no-audit --no-fund --ignore-scripts --silent); then
	echo "schema-check: the packages named in $schema/tool/package-lock.json could not be installed"
	exit 1
fi
node "$work/generate.mjs" "$work/tool/node_modules/stripe" "$work/stripe.txt"
if ! diff -u "$schema/stripe.txt" "$work/stripe.txt" >"$work/difference"; then
	head -n 40 "$work/difference"
	echo "schema-check: $schema/stripe.txt is not what the declarations give; to write it anew:"
	echo "  (cd $schema/tool && npm ci) && node $schema/generate.mjs $schema/tool/node_modules/stripe $schema/stripe.txt"
	exit 1
fi
echo "schema-check: identical"
