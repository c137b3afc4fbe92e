#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# page.sh PAGE NAME FILE [--update]: compares the table between the marks of the name in the page with the file; --update
# writes it.
set -eu
cd "$(dirname "$0")/.."
page=$1 name=$2 table=$3
new=$(mktemp)
trap 'rm -f "$new"' EXIT
exec 9<"$page"
flock 9
awk -v begin="<!-- The table $name begins. -->" -v end="<!-- The table $name ends. -->" \
    -v table="$table" '
    $0 == begin { print; print ""; while ((getline line < table) > 0) print line; print ""; skips = 1 }
    $0 == end { skips = 0 }
    !skips' "$page" >"$new"
if [ "${4:-}" = --update ]; then
    cat "$new" >"$page"
elif ! diff -u "$page" "$new"; then
    echo "lowport: $page does not say what came out; with --update, the script that tried it writes the table" >&2
    exit 1
fi
