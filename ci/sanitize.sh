#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The suites under the sanitizers: all of them with address and undefined behaviour, the threaded ones with threads.
#
#   ci/sanitize.sh [address|thread]...     default: both
set -u
cd "$(dirname "$0")/.." || exit

# Instrumented suites are several times slower, and the machine may be busy.
export SUITE_SECONDS=${SUITE_SECONDS:-400}

# The thread sanitizer lays out its shadow memory by hand and gives up on some kernels when addresses are randomised.
plain=(setarch "$(uname -m)" -R)
"${plain[@]}" true 2>/dev/null || plain=()

failed=0
[ $# -gt 0 ] || set -- address thread
for sanitizer in "$@"; do
	echo "== suites under SAN=$sanitizer"
	ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
		TSAN_OPTIONS="halt_on_error=0 second_deadlock_stack=1" \
		"${plain[@]}" make "SAN=$sanitizer" test || failed=1
done
exit "$failed"
