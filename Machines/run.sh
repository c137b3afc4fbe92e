#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh [--update]: boots the kernels of Debian's releases under emulation with the release inside, tries each way to a
# low port on each, and compares what came out with the table in Documentation/machines.md; --update writes the table.
#
# Ends with 0 if every kernel ran and the table is right, with 1 if it differs, and with 75 if a kernel could not be
# fetched or qemu is missing: then nothing is known.
set -eu
cd "$(dirname "$0")/.."

[ "$(uname -m)" = x86_64 ] || {
    echo "lowport: the other kernels were not tried: they are for x86-64" >&2
    exit 75
}
for command in qemu-system-x86_64 cpio apt-get; do
    command -v $command >/dev/null || {
        echo "lowport: the other kernels were not tried: $command is missing" >&2
        exit 75
    }
done

page=Documentation/machines.md results=.build-machines/results
rm -rf "$results"
mkdir -p "$results"
Machines/root.sh .build-machines/root
(cd .build-machines/root && find . | cpio -o -H newc 2>/dev/null | gzip -1) >.build-machines/root.gz

# boot SUITE: no machine takes a minute; one that hangs is turned off.
boot() {
    kernel=$(Machines/kernel.sh "$1") || return 0
    timeout 300 qemu-system-x86_64 -cpu max -accel tcg -m 1024 -nographic -no-reboot -net none \
        -kernel "$kernel" -initrd .build-machines/root.gz -append 'console=ttyS0 quiet loglevel=1 panic=-1 rdinit=/init' \
        </dev/null >"$results/$1.console" 2>&1 || true
    tr -d '\r' <"$results/$1.console" | sed -n 's/^=//p' >"$results/$1"
}
suites='bullseye bookworm trixie'
for suite in $suites; do boot "$suite" & done
wait

for suite in $suites; do
    [ -f "$results/$suite" ] || {
        echo "lowport: the other kernels were not tried: that of $suite cannot be fetched" >&2
        exit 75
    }
    grep -q '^end|' "$results/$suite" || {
        tail -n 20 "$results/$suite.console" >&2
        echo "lowport: the kernel of $suite did not run all cases" >&2
        exit 1
    }
done

# A row for each way and program, in the order of the cases; a column for each kernel.
# shellcheck disable=SC2086
(cd "$results" && awk -F'|' '
    $1 == "end" { next }
    $1 == "kernel" {
        split($2, number, "."); columns = columns " " number[1] "." number[2] " |"; rule = rule "---|"; next
    }
    {
        row = $1 " | " $2
        if (!(row in cells)) order[++count] = row
        answer = $3
        if (answer ~ /^no: /) {
            reason = substr(answer, 5)
            if (!(reason in notes)) { notes[reason] = ++noted; reasons[noted] = reason }
            answer = "no (" notes[reason] ")"
        }
        cells[row] = cells[row] " " answer " |"
    }
    END {
        print "| method | program |" columns
        print "|---|---|" rule
        for (i = 1; i <= count; i++) print "| " order[i] " |" cells[order[i]]
        print ""
        for (i = 1; i <= noted; i++) print i ". `" reasons[i] "`"
    }' $suites) >"$results/table"

begin='<!-- The table of make machines begins. -->' end='<!-- The table of make machines ends. -->'
awk -v begin="$begin" -v end="$end" -v table="$results/table" '
    $0 == begin { print; print ""; while ((getline line < table) > 0) print line; print ""; skips = 1 }
    $0 == end { skips = 0 }
    !skips' "$page" >"$results/page"
if [ "${1:-}" = --update ]; then
    cp "$results/page" "$page"
elif ! diff -u "$page" "$results/page"; then
    echo "lowport: $page does not say what came out; make machines writes it with Machines/run.sh --update" >&2
    exit 1
fi
