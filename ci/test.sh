#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs suite programs, as many at a time as there are cores, and says what came of every test.
#
#   ci/test.sh --out build [--junit DIR] PROGRAM...
#
# A program is a cmocka group run with its standard output format, which (unlike the XML one) also tells which test was
# running when a program crashed. A test that was started and did not end has failed; so has a program that ran no test,
# that ran past SUITE_SECONDS (120), or that exits non-zero although every test passed (a leak report, a teardown).
# When all suites ran, ci/harvest.sh has the last word: each route of the API description has to be called by one of them.
set -u

out=build
junit=
seconds=${SUITE_SECONDS:-120}
while [ $# -gt 0 ]; do
	case $1 in
	--out) out=$2 && shift 2 ;;
	--junit) junit=$2 && shift 2 ;;
	*) break ;;
	esac
done
logs=$out/logs
# Where the suites write down which routes they called (suites/support/harvest.c); absolute, since some change folders.
harvest=$(realpath -m "$out/harvest")
jobs=$(nproc 2>/dev/null || echo 2)

# name of a program: suites/billing/cycle_test -> billing/cycle
suite_name() {
	local name=${1#"$out/suites/"}
	printf '%s' "${name%_test}"
}

# One program to its log, its exit status and its time in milliseconds beside it.
run_one() {
	local program=$1 log=$2 status start
	start=$(date +%s%N)
	# The last redirection is for the shell itself, which would announce a crash that is reported below.
	{ CMOCKA_MESSAGE_OUTPUT=STDOUT timeout --kill-after=5 "$seconds" "$program" >"$log" 2>&1 </dev/null; } 2>/dev/null
	status=$?
	printf '%s %s\n' "$status" "$((($(date +%s%N) - start) / 1000000))" >"$log.status"
}

# From a log to lines "passed|failed|skipped TEST", with a line for what went wrong outside any test.
read_log() {
	awk -v status="$2" -v limit="$seconds" '
		function close_open(why) {
			if (open != "") { print "failed " open " (did not end" why ")"; failed++ }
			open = ""
		}
		match($0, /\[ RUN      \] /) { close_open(""); open = substr($0, RSTART + RLENGTH); ran++; next }
		match($0, /\[       OK \] /) { if (open != "") print "passed " open; open = ""; next }
		match($0, /\[  SKIPPED \] /) { if (open != "") print "skipped " open; open = ""; next }
		match($0, /\[  FAILED  \] /) {
			if (open != "") { print "failed " open; failed++ }
			open = ""
			next
		}
		END {
			why = ""
			if (status == 124 || status == 137) why = "the program ran longer than " limit " s"
			else if (status > 128) why = "the program was ended by signal " status - 128
			if (open != "") close_open(why == "" ? "" : ": " why)
			else if (why != "") print "failed (" why ")"
			else if (!ran) print "failed (the program ran no test)"
			else if (status != 0 && !failed) print "failed (the program ended with status " status ")"
		}' "$1"
}

# A suite as JUnit XML. What a failing test printed stands in its <failure>.
write_junit() {
	local name=$1 log=$2 result=$3 millis=$4
	awk -v suite="$name" -v millis="$millis" -v log_file="$log" '
		function escape(s) {
			gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s); gsub(/>/, "\\&gt;", s); gsub(/"/, "\\&quot;", s)
			gsub(/[\001-\010\013\014\016-\037]/, "?", s)
			return s
		}
		{ state[++n] = $1; test[n] = substr($0, length($1) + 2); count[$1]++ }
		END {
			while ((getline line < log_file) > 0) {
				if (match(line, /\[ RUN      \] /)) now = substr(line, RSTART + RLENGTH)
				else said[now] = said[now] escape(line) "\n"
			}
			print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
			printf "<testsuites>\n<testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" skipped=\"%d\" errors=\"0\" time=\"%.3f\">\n",
				escape(suite), n, count["failed"], count["skipped"], millis / 1000
			for (i = 1; i <= n; i++) {
				printf "<testcase classname=\"%s\" name=\"%s\"", escape(suite), escape(test[i])
				if (state[i] == "passed") print "/>"
				else if (state[i] == "skipped") print "><skipped/></testcase>"
				else {
					key = test[i]
					sub(/ \(did not end.*$/, "", key)
					printf "><failure message=\"failed\">%s</failure></testcase>\n", said[key]
				}
			}
			print "</testsuite>\n</testsuites>"
		}' "$result" >"$junit/TEST-${name//\//.}.xml"
}

# Tells one finished suite and adds its counts to the totals.
passed=0 failed=0 skipped=0 bad_suites=
report() {
	local program=$1 name log status millis p f s
	name=$(suite_name "$program")
	log=$logs/${name//\//.}.log
	read -r status millis <"$log.status"
	read_log "$log" "$status" >"$log.result"
	p=$(grep -c '^passed ' "$log.result")
	f=$(grep -c '^failed ' "$log.result")
	s=$(grep -c '^skipped ' "$log.result")
	# A filter on test names (TEST_FILTER) may leave a program nothing to do.
	if [ -n "${TEST_FILTER:-}" ] && grep -q 'the program ran no test' "$log.result"; then
		return
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	[ -n "$junit" ] && write_junit "$name" "$log" "$log.result" "$millis"
	if [ "$f" -gt 0 ]; then
		bad_suites="$bad_suites $name"
		printf 'FAIL  %-32s %5d passed, %d failed  (%d ms)\n' "$name" "$p" "$f" "$millis"
		sed -n 's/^failed /      failed: /p' "$log.result"
		printf -- '----- what %s printed -----\n' "$name"
		# Passing tests say nothing; the rest of the output is the evidence.
		grep -v -e '\[ RUN      \]' -e '\[       OK \]' "$log" | tail -n 400
		printf -- '-----\n'
	else
		printf 'ok    %-32s %5d passed%s  (%d ms)\n' "$name" "$p" "$([ "$s" -gt 0 ] && echo ", $s skipped")" "$millis"
	fi
}

rm -rf "$logs" "$harvest"
mkdir -p "$logs" "$harvest"
export HARVEST=$harvest
[ -n "$junit" ] && mkdir -p "$junit"
declare -A program_of=()
running=0
for program in "$@"; do
	if [ "$running" -ge "$jobs" ]; then
		wait -n -p done_pid
		report "${program_of[$done_pid]}"
		running=$((running - 1))
	fi
	name=$(suite_name "$program")
	run_one "$program" "$logs/${name//\//.}.log" &
	program_of[$!]=$program
	running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
	wait -n -p done_pid
	report "${program_of[$done_pid]}"
	running=$((running - 1))
done

echo
if [ $((passed + failed + skipped)) -eq 0 ]; then
	echo "No suite ran: there is none, or none whose name holds what T= asks for."
	echo "0 passed, 0 failed"
	exit 1
fi
if [ -n "$bad_suites" ]; then
	echo "Something is broken in:$bad_suites (full output: $logs/)"
else
	echo "All suites pass ($#)."
fi
# A part of the suites calls a part of the routes.
suites=("$(dirname "$0")"/../suites/*/*_test.c)
whole=
[ $# -eq ${#suites[@]} ] && [ -z "${TEST_FILTER:-}" ] || whole=--count
# shellcheck disable=SC2086
"$(dirname "$0")/harvest.sh" $whole "$harvest" || failed=$((failed + 1))
[ "$skipped" -gt 0 ] && echo "$passed passed, $failed failed, $skipped skipped" || echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
