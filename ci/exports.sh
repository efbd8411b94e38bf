#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Compares what each library exports with what its public header declares, and links a small program against it that has
# functions of its own by names the library uses inside.
#
#   ci/exports.sh [build folder]
set -u
cd "$(dirname "$0")/.." || exit
out=${1:-build}
cc=${CC:-gcc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0

# library, header, prefix
check() {
	local archive=$out/$1 header=$2 prefix=$3
	if [ ! -e "$archive" ] || [ ! -e "$header" ]; then
		echo "exports: $archive or $header is missing"
		wrong=$((wrong + 1))
		return
	fi
	# A declaration is a name of ours right before a parenthesis (but for "enum sa_fate (*send)"); comments are gone by then.
	"$cc" -fpreprocessed -dD -w -E -P "$header" | grep -v '^#' | grep -oE "\b${prefix}[a-z0-9_]+[[:space:]]*\(([^*]|$)" |
		sed 's/[[:space:]]*(.*//' | sort -u >"$work/declared"
	nm -g --defined-only "$archive" | awk 'NF == 3 { print $3 }' | sort -u >"$work/exported"
	if ! diff "$work/declared" "$work/exported" >"$work/difference"; then
		sed -n 's/^< /  declared, not exported: /p; s/^> /  exported, not declared: /p' "$work/difference"
		echo "exports: $archive and $header differ"
		wrong=$((wrong + 1))
		return
	fi
	if [ ! -s "$work/declared" ]; then
		echo "exports: $header declares no function that starts with $prefix"
		wrong=$((wrong + 1))
		return
	fi
	{
		printf '#include "%s"\n' "$header"
		printf '#include <stddef.h>\n'
		printf 'int map_get(void);\nint text_add(void);\nint map_get(void)\n{\n\treturn 0;\n}\nint text_add(void)\n{\n\treturn 0;\n}\n'
		printf 'typedef void (*function)(void);\nextern const function all[];\nconst function all[] = {\n'
		sed 's/.*/\t(function)&,/' "$work/declared"
		printf '\tNULL };\nint main(void)\n{\n\treturn all[0] ? map_get() + text_add() : 1;\n}\n'
	} >"$work/embeds.c"
	if ! "$cc" -std=c11 -Wall -Wextra -Wno-cast-function-type -Wpedantic -Werror -I. -o "$work/embeds" "$work/embeds.c" "$archive" \
		-lmicrohttpd -ljansson -lcurl -lssl -lcrypto -lsqlite3 -licui18n -licuuc -lhpdf -lpthread -lm || ! "$work/embeds"; then
		echo "exports: a program cannot embed $archive"
		wrong=$((wrong + 1))
		return
	fi
	echo "exports: $archive: $(wc -l <"$work/declared") functions, as declared"
}

check libmockstripe.a mockstripe/mockstripe.h ms_
check libstripeactions.a actions/actions.h sa_
[ "$wrong" -eq 0 ]
