#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Fails on an upward include: every room may use its own files and the rooms named beside it below, nothing else. Libraries
# are held to the files that wrap them. Suites may include anything and are not looked at.
#
#   ci/layers.sh [folder]      the folder that holds mockstripe/ and actions/ (default: the current one)
set -eu
cd "${1:-.}"

files=$(find mockstripe actions -name node_modules -prune -o -name '*.[ch]' -print | sort)
if [ -z "$files" ]; then
	echo "layers: no sources found"
	exit 1
fi

# shellcheck disable=SC2086
awk '
	BEGIN {
		# room -> the rooms it may use
		uses["mockstripe/base"]      = ""
		uses["mockstripe/schema"]    = "mockstripe/base"
		uses["mockstripe/value"]     = "mockstripe/base"
		uses["mockstripe/billing"]   = "mockstripe/base mockstripe/value"
		uses["mockstripe/store"]     = "mockstripe/base mockstripe/schema mockstripe/value"
		uses["mockstripe/api"]       = uses["mockstripe/store"] " mockstripe/store"
		uses["mockstripe/events"]    = uses["mockstripe/api"] " mockstripe/api"
		uses["mockstripe/resources"] = uses["mockstripe/events"] " mockstripe/events mockstripe/billing"
		uses["mockstripe/engine"]    = uses["mockstripe/resources"] " mockstripe/resources"
		uses["mockstripe/control"]   = uses["mockstripe/engine"] " mockstripe/engine"
		uses["mockstripe/pages"]     = uses["mockstripe/engine"] " mockstripe/engine"
		uses["mockstripe/doors"]     = uses["mockstripe/control"] " mockstripe/control mockstripe/pages"
		uses["mockstripe"]           = uses["mockstripe/doors"] " mockstripe/doors"
		uses["actions/core"]         = "mockstripe/base mockstripe/value"
		uses["actions/stripe"]       = uses["actions/core"] " actions/core"
		uses["actions/people"]       = uses["actions/stripe"] " actions/stripe"
		uses["actions/catalog"]      = uses["actions/people"] " actions/people"
		uses["actions/runtime"]      = uses["actions/catalog"] " actions/catalog"
		uses["actions/widget"]       = uses["actions/runtime"] " actions/runtime"
		uses["actions/agent"]        = uses["actions/runtime"] " actions/runtime"
		uses["actions/doors"]        = uses["actions/widget"] " actions/widget actions/agent"
		uses["actions"]              = uses["actions/doors"] " actions/doors"

		# library header -> the files that wrap it
		wraps["^microhttpd"]  = "^(mockstripe|actions)/doors/http[^/]*$"
		wraps["^curl/"]       = "^(mockstripe/events/deliver|actions/stripe/client)\\.[ch]$"
		wraps["^openssl/"]    = "^(mockstripe/(events/sign|engine/idempotency|doors/tls)|actions/(people/identity|core/digest))\\.[ch]$"
		wraps["^sqlite3"]     = "^(mockstripe/store/db\\.[ch]|actions/people/.*)$"
		wraps["^unicode/"]    = "^actions/(people/likeness|core/zone)\\.c$"
		wraps["^hpdf"]        = "^mockstripe/resources/pdf\\.c$"
		wraps["^jansson"]     = "^mockstripe/base/json_jansson\\.c$"
		wraps["^cmocka"]      = "^$"
	}

	function room_of(path) { sub(/\/[^\/]*$/, "", path); return path }

	# The innermost folder with rules: mockstripe/resources/cards belongs to the room mockstripe/resources.
	function known_room(room) {
		while (!(room in uses) && room ~ /\//) sub(/\/[^\/]*$/, "", room)
		return room
	}

	function complain(file, line, text) { printf "%s:%d: %s\n", file, line, text; wrong++ }

	# A file may name another by its path from the top, from mockstripe/, or from its own folder.
	function resolve(from, name,    place) {
		place = room_of(from) "/" name
		if (place in exists) return place
		if (("mockstripe/" name) in exists) return "mockstripe/" name
		return name in exists ? name : ""
	}

	function reaches_json(file,    i, count, part) {
		if (file in seen) return 0
		seen[file] = 1
		if (file in json) return 1
		count = split(includes[file], part, " ")
		for (i = 1; i <= count; i++) if (reaches_json(part[i])) return 1
		return 0
	}

	BEGIN { for (i = 1; i < ARGC; i++) exists[ARGV[i]] = 1 }

	FNR == 1 { here = known_room(room_of(FILENAME)) }

	/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
		name = $0
		sub(/^[^<"]*[<"]/, "", name)
		sub(/[>"].*$/, "", name)
		if (name ~ /^base\/(json|tree)/) json[FILENAME] = 1
		target = resolve(FILENAME, name)
		if (target == "") {
			if ($0 ~ /"/) complain(FILENAME, FNR, "includes \"" name "\", which is no file of this tree")
			for (pattern in wraps)
				if (name ~ pattern && FILENAME !~ wraps[pattern])
					complain(FILENAME, FNR, "includes <" name ">, which another file wraps")
			next
		}
		includes[FILENAME] = includes[FILENAME] " " target
		there = known_room(room_of(target))
		if (here != there && index(" " uses[here] " ", " " there " ") == 0)
			complain(FILENAME, FNR, here " may not use " there " (" name ")")
	}

	END {
		# Arithmetic about money knows no JSON, not even through a header of a header.
		for (file in exists) {
			if (file !~ /^mockstripe\/billing\//) continue
			split("", seen)
			if (reaches_json(file)) complain(file, 1, "billing reaches JSON through its includes")
		}
		if (wrong) { printf "layers: %d wrong\n", wrong; exit 1 }
		printf "layers: %d files keep the order\n", ARGC - 1
	}
' $files
