#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs a folder of Node tests with the packages that its lock file names, and closes with "N passed, N failed".
#
#   ci/node.sh FOLDER SECONDS LOG FILE...      FILE: in the folder
set -u
folder=$1
bound=$2
log=$3
shift 3

if ! said=$(cd "$folder" && npm ci --no-audit --no-fund --ignore-scripts 2>&1); then
	printf '%s\n' "$said"
	echo "$folder: the packages could not be installed"
	exit 1
fi

# What a count in the last lines of the log says; nothing when there is none.
count() {
	sed -n "s/^# $1 \([0-9]*\)\$/\1/p" "$log" | tail -n 1
}

(cd "$folder" && timeout --kill-after=5 "$bound" node --test --test-reporter=tap "$@") >"$log" 2>&1
status=$?
passed=$(count pass)
failed=$(count fail)
cancelled=$(count cancelled)
passed=${passed:-0}
failed=$((${failed:-0} + ${cancelled:-0}))
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
	failed=1
fi
if [ "$failed" -gt 0 ]; then
	grep -v -e '^ *ok ' "$log" | tail -n 300
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
