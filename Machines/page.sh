#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# page.sh NAME FILE [--update]: compares the table between the marks of the name in Documentation/machines.md with the file;
# --update writes it.
set -eu
cd "$(dirname "$0")/.."
name=$1 table=$2 page=Documentation/machines.md
new=$(mktemp)
trap 'rm -f "$new"' EXIT
exec 9<"$page"
flock 9
awk -v begin="<!-- The table $name of make machines begins. -->" -v end="<!-- The table $name of make machines ends. -->" \
    -v table="$table" '
    $0 == begin { print; print ""; while ((getline line < table) > 0) print line; print ""; skips = 1 }
    $0 == end { skips = 0 }
    !skips' "$page" >"$new"
if [ "${3:-}" = --update ]; then
    cat "$new" >"$page"
elif ! diff -u "$page" "$new"; then
    echo "lowport: $page does not say what came out; make machines writes it with Machines/all.sh --update" >&2
    exit 1
fi
