#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Sees to it that this machine has what the build needs, silently and at once when it has.
#
#   ci/install.sh [--check] [group...]     groups: build (default), test, bench, lint, sdk, widget
#
# Missing packages are installed through apt-get on Debian and Ubuntu, with sudo only when not root. Elsewhere, and with
# --check, the exact list is printed and the exit status is 1.
set -eu

# group, package, and how to see that it is there: c:COMMAND, p:PKG-CONFIG NAME, h:HEADER, f:PROGRAM or m:PYTHON MODULE (the system's Python)
table='
build gcc             c:gcc
build make            c:make
build libc6-dev       h:stdio.h
build pkg-config      c:pkg-config
build libmicrohttpd-dev     p:libmicrohttpd
build libjansson-dev        p:jansson
build libcurl4-openssl-dev  p:libcurl
build libssl-dev            p:libcrypto
build libsqlite3-dev        p:sqlite3
build libicu-dev            p:icu-i18n
build libhpdf-dev           h:hpdf.h
build curl                  c:curl
test  libcmocka-dev         p:cmocka
bench wrk                   c:wrk
lint  clang                 c:clang
lint  clang-format          c:clang-format
lint  shellcheck            c:shellcheck
lint  git                   c:git
sdk   nodejs                c:node
sdk   npm                   c:npm
sdk   python3               f:/usr/bin/python3
sdk   python3-stripe        m:stripe
widget chromium             c:chromium
'

check_only=
groups=
for word in "$@"; do
	case $word in
	--check) check_only=yes ;;
	build | test | bench | lint | sdk | widget) groups="$groups $word" ;;
	*)
		echo "ci/install.sh: no group is called '$word'" >&2
		exit 2
		;;
	esac
done
groups=${groups:-build}

has_header() {
	for folder in /usr/include /usr/local/include /usr/include/"$(uname -m)"-linux-gnu /opt/homebrew/include; do
		[ -e "$folder/$1" ] && return 0
	done
	return 1
}

is_there() {
	case $1 in
	c:*) command -v "${1#c:}" >/dev/null 2>&1 ;;
	p:*) command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "${1#p:}" ;;
	h:*) has_header "${1#h:}" ;;
	f:*) [ -x "${1#f:}" ] ;;
	m:*) [ -x /usr/bin/python3 ] && /usr/bin/python3 -c "import ${1#m:}" >/dev/null 2>&1 ;;
	esac
}

missing=
while read -r group package sign; do
	case " $groups " in
	*" $group "*) is_there "$sign" || missing="$missing $package" ;;
	esac
done <<EOT
$(printf '%s' "$table" | sed '/^$/d')
EOT
[ -z "$missing" ] && exit 0

if [ -n "$check_only" ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "missing (by their Debian names):$missing"
	if command -v apt-get >/dev/null 2>&1; then
		echo "install them with: apt-get install -y$missing"
	fi
	exit 1
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "as root, run: apt-get install -y$missing"
		exit 1
	fi
	as_root=sudo
fi
echo "installing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The package manager's chatter is of interest only when it fails. The lists of packages have no spaces inside a word.
# shellcheck disable=SC2086
if ! { $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
	cat "$log"
	echo "apt-get could not install:$missing"
	exit 1
fi
