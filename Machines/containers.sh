#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# containers.sh [--update]: boots kernels of Debian's releases under emulation with the release and podman inside, tries each
# way by which rootless containers have a low port, and compares what came out with the table in
# Documentation/machines.md; --update writes the table.
#
# Ends as run.sh does: with 0 if the table is right, with 1 if not, and with 75 if something for it is missing.
set -eu
cd "$(dirname "$0")/.."

[ "$(uname -m)" = x86_64 ] || {
    echo "lowport: rootless containers were not tried: the machines are for x86-64" >&2
    exit 75
}
for command in qemu-system-x86_64 cpio apt-get; do
    command -v $command >/dev/null || {
        echo "lowport: rootless containers were not tried: $command is missing" >&2
        exit 75
    }
done

results=.build-machines/results-containers
rm -rf "$results"
mkdir -p "$results"

boot() {
    kernel=$(Machines/kernel.sh "$1" amd64) || return 0
    status=0
    Machines/containers-root.sh "$1" "$results/root-$1" || status=$?
    [ $status -ne 75 ] || return 0
    touch "$results/$1"
    if [ $status -ne 0 ] || ! Machines/boot.sh "$kernel" "$results/root-$1" "$results/$1"; then
        echo "lowport: the machine of $1 did not run all cases" >&2
    fi
    rm -rf "$results/root-$1"
}
suites='bookworm trixie'
for suite in $suites; do boot "$suite" & done
wait

for suite in $suites; do
    [ -f "$results/$suite" ] || {
        echo "lowport: rootless containers were not tried: the kernel or packages of $suite cannot be fetched" >&2
        exit 75
    }
done
for suite in $suites; do grep -q '^end|' "$results/$suite"; done

# shellcheck disable=SC2086
(cd "$results" && ../../Machines/table.sh $suites) >"$results/table"
Machines/page.sh Documentation/machines.md containers "$results/table" "$@"
