#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The house rules that neither compiler nor formatter knows: the licence line, one file a program that reads the clock, no
# floating point beside money, and no state outside the structs that own it. (Banned functions: mockstripe/base/banned.h.)
#
#   ci/rules.sh [build folder]    with a build folder, the objects in it are searched for mutable statics
set -u
cd "$(dirname "$0")/.." || exit
out=${1:-}
wrong=0

complain() {
	printf '%s\n' "$1"
	wrong=$((wrong + 1))
}

# Comments and string literals are blanked, line numbers kept, so that prose may name what code may not.
code_of() {
	awk '{
		line = $0; kept = ""
		while (line != "") {
			if (inside) {
				at = index(line, "*/")
				if (!at) break
				line = substr(line, at + 2); inside = 0
			} else if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"/)) {
				kept = kept substr(line, 1, RSTART - 1)
				token = substr(line, RSTART, 2)
				line = substr(line, RSTART + RLENGTH)
				if (token == "//") break
				if (token == "/*") inside = 1; else kept = kept "\"\""
			} else { kept = kept line; break }
		}
		print kept
	}' "$1"
}

mapfile -t files < <(find mockstripe actions suites ci -name node_modules -prune -o -name '*.[ch]' -print | sort)
for file in "${files[@]}"; do
	head -n 1 "$file" | grep -q 'SPDX-License-Identifier: MIT' || complain "$file:1: the SPDX line is missing"
	case $file in
	mockstripe/store/timeline.c | actions/core/clock.c | mockstripe/base/banned.h) ;;
	*) code_of "$file" | grep -q 'MAY_READ_CLOCK' && complain "$file: reads the clock; only the two clock files may" ;;
	esac
	case $file in
	mockstripe/value/* | mockstripe/billing/*)
		found=$(code_of "$file" | grep -nE '(^|[^A-Za-z0-9_])(double|float)([^A-Za-z0-9_]|$)') &&
			complain "$file: floating point beside money
$found"
		;;
	esac
done

if [ -n "$out" ]; then
	while read -r object; do
		# Tables of pointers stand in .data.rel.ro, which is read-only once the program runs.
		found=$(objdump -t "$object" | awk '
			$0 ~ / O / || $0 ~ /\*COM\*/ {
				for (i = 1; i <= NF; i++)
					if ($i ~ /^\.(t?data|t?bss)(\..*)?$/ && $i !~ /^\.data\.rel\.ro/ || $i == "*COM*") print "  " $NF " in " $i
			}')
		[ -n "$found" ] && complain "$object: a mutable static
$found"
	done < <(find "$out/obj/mockstripe" "$out/obj/actions" -name '*.o' 2>/dev/null | sort)
fi

if [ "$wrong" -gt 0 ]; then
	echo "rules: $wrong wrong"
	exit 1
fi
echo "rules: ${#files[@]} files keep the house rules"
