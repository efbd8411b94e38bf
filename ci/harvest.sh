#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What the suites' exchanges say together: how many were held against the API description, and which of the described
# routes no suite calls.
#
#   ci/harvest.sh DIR            fails when a route was never called
#   ci/harvest.sh --count DIR    only counts: for a part of the suites
#
# DIR holds a file for each process of a suite, written by suites/support/harvest.c: "checked N", and "METHOD PATTERN" for
# each route that it called.
set -u

count_only=
[ "${1:-}" = --count ] && count_only=yes && shift
dir=${1:?"usage: ci/harvest.sh [--count] DIR"}
description=$(dirname "$0")/../mockstripe/schema/stripe.txt

shopt -s nullglob
files=("$dir"/*)
if [ ${#files[@]} -eq 0 ]; then
	# Suites of the arithmetic call nothing.
	[ -n "$count_only" ] && exit 0
	echo "No suite has called the simulator."
	exit 1
fi
checked=$(awk '$1 == "checked" { n += $2 } END { print n + 0 }' "${files[@]}")
described=$(grep -c '^route ' "$description")
missing=$(awk '
	FILENAME == ARGV[1] { if ($1 == "route") described[$2 " " $3]; next }
	{ called[$1 " " $2] }
	END { for (route in described) if (!(route in called)) print route }' "$description" "${files[@]}" | sort -k2,2 -k1,1)
absent=$(printf '%s' "$missing" | grep -c .)
echo "$checked answers held against the API description; $((described - absent)) of $described routes called."
[ -n "$count_only" ] && exit 0
[ "$absent" -eq 0 ] && exit 0
echo "Routes that no suite calls:"
printf '%s\n' "$missing" | sed 's/^/    /'
exit 1
