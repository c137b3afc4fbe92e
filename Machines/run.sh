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

results=.build-machines/results
rm -rf "$results"
mkdir -p "$results"
Machines/root.sh .build-machines/root Machines/cases.sh

boot() {
    kernel=$(Machines/kernel.sh "$1" amd64) || return 0
    touch "$results/$1"
    Machines/boot.sh "$kernel" .build-machines/root "$results/$1" || echo "lowport: the kernel of $1 did not run all cases" >&2
}
suites='bullseye bookworm trixie'
for suite in $suites; do boot "$suite" & done
wait

for suite in $suites; do
    [ -f "$results/$suite" ] || {
        echo "lowport: the other kernels were not tried: that of $suite cannot be fetched" >&2
        exit 75
    }
done
for suite in $suites; do grep -q '^end|' "$results/$suite"; done

# shellcheck disable=SC2086
(cd "$results" && ../../Machines/table.sh $suites) >"$results/table"
Machines/page.sh Documentation/machines.md x86-64 "$results/table" "$@"
