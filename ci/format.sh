#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Checks that every tracked C file is laid out as .clang-format says; with --fix, lays them out.
#
#   ci/format.sh [--fix] [file...]
set -eu
cd "$(dirname "$0")/.."

fix=
if [ "${1:-}" = --fix ]; then
	fix=yes
	shift
fi
ci/install.sh --check lint
if [ $# -gt 0 ]; then
	files=("$@")
else
	mapfile -t files < <(git ls-files '*.c' '*.h' | while read -r file; do
		if [ -e "$file" ]; then echo "$file"; fi
	done)
fi
if [ "${#files[@]}" -eq 0 ]; then
	echo "format: no tracked C file"
	exit 1
fi
if [ -n "$fix" ]; then
	clang-format -i "${files[@]}"
	exit 0
fi
if ! said=$(clang-format --dry-run -Werror "${files[@]}" 2>&1); then
	grep 'error:' <<<"$said" | cut -d: -f1 | sort | uniq -c | sed 's/^/  /'
	echo "format: 'make format' lays these out"
	exit 1
fi
echo "format: ${#files[@]} files as they should be"
