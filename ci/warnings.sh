#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Full builds, suites included, with gcc and with clang: a warning is an error in both.
set -eu
cd "$(dirname "$0")/.."
ci/install.sh --check build test lint
make CC=gcc all suites
make CC=clang all suites
echo "warnings: none from $(gcc --version | head -n 1), none from $(clang --version | head -n 1)"
