#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# aarch64.sh [--update]: builds the embedded ring for aarch64, boots Debian's kernels for it under emulation, tries each way
# to a low port, compares the programs with Debian's own there, and what came out with the tables in
# Documentation/machines.md; --update writes the tables.
#
# Ends as run.sh does: with 0 if the tables are right, with 1 if not, and with 75 if something for it is missing.
set -eu
cd "$(dirname "$0")/.."

what=aarch64 results=.build-machines/results-aarch64
. Machines/common.sh
needs qemu-system-aarch64 aarch64-linux-gnu-gcc cpio apt-get
rm -rf "$results"
mkdir -p "$results"
status=0
Scripts/cross-aarch64 || status=$?
[ $status -eq 0 ] || exit $status
debian=.build-machines/debian-arm64
fetch() {
    small=$(Machines/kernel.sh trixie arm64) && large=$(Machines/kernel.sh trixie arm64 arm64-16k) || return
    [ ! -d $debian ] || return 0
    rm -rf $debian.new
    Machines/packages.sh bookworm arm64 $debian.new libc6 busybox-static dash util-linux libcap-ng0 attr libattr1 \
        libcap2-bin libcap2 authbind netcat-openbsd libbsd0 libmd0 && mv $debian.new $debian
}
fetch || not_tried 'its kernels or its programs cannot be fetched'
Machines/root-aarch64.sh $debian .build-machines/root-aarch64
# As it is: a machine has it sooner than it could inflate it.
(cd .build-machines/root-aarch64 && find . | cpio -o -H newc 2>/dev/null) >.build-machines/root-aarch64.cpio
# boot NAME KERNEL [SETTING]: Neoverse N1 is a processor that can be emulated fast, and has 32-bit programs.
boot() {
    timeout 600 qemu-system-aarch64 -M virt -cpu neoverse-n1 -accel tcg -m 1024 -nographic -no-reboot -net none \
        -kernel "$2" -initrd .build-machines/root-aarch64.cpio \
        -append "console=ttyAMA0 quiet loglevel=1 panic=-1 mitigations=off ${3:-} rdinit=/init" \
        </dev/null >"$results/$1.console" 2>&1 || true
    tr -d '\r' <"$results/$1.console" | sed -n 's/^=//p' >"$results/$1"
}
# What is translated of a program is used again only at the same addresses; the few cases of the other do without.
boot small "$small" norandmaps &
boot large "$large" &
wait
for name in small large; do
    grep -q '^end|' "$results/$name" || {
        tail -n 20 "$results/$name.console" >&2
        echo "lowport: the kernel of aarch64 did not run all cases" >&2
        exit 1
    }
done
grep -v '^same|' "$results/small" >"$results/methods"
Machines/table.sh "$results/methods" >"$results/table"

# A row for each group of comparisons: how many there were; and what is not the same.
awk -F'|' '
    $1 != "same" { next }
    !($2 in count) { order[++groups] = $2 }
    { count[$2]++ }
    $NF != "yes" { different[$2] = different[$2] "; not `" $3 "`" }
    END {
        print "| program | cases | the same |"
        print "|---|---|---|"
        for (i = 1; i <= groups; i++)
            print "| `" order[i] "` | " count[order[i]] " | " (order[i] in different ? substr(different[order[i]], 3) : "yes") " |"
    }' "$results/small" "$results/large" >"$results/comparison"
status=0
Machines/page.sh Documentation/machines.md aarch64 "$results/table" "$@" || status=1
Machines/page.sh Documentation/machines.md comparison "$results/comparison" "$@" || status=1
[ $status -eq 0 ] || cat "$results"/*.console | tr -d '\r' | sed -n '/^=same.*|no$/,/^[:=]/p' >&2
exit $status
