#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# containers.sh [--update]: boots kernels of Debian's releases under emulation with the release and podman inside, tries each
# way by which rootless containers have a low port, and compares what came out with the table in
# Documentation/machines.md; --update writes the table.
#
# Ends as run.sh does: with 0 if the table is right, with 1 if not, and with 75 if something for it is missing.
set -eu
cd "$(dirname "$0")/.."

what='rootless containers' results=.build-machines/results-containers
. Machines/common.sh
[ "$(uname -m)" = x86_64 ] || not_tried 'the machines are for x86-64'
needs qemu-system-x86_64 cpio apt-get

boot() {
    kernel=$(Machines/kernel.sh "$1" amd64) || return 0
    status=0
    Machines/containers-root.sh "$1" "$results/root-$1" || status=$?
    [ $status -ne 75 ] || return 0
    touch "$results/$1"
    [ $status -ne 0 ] || Machines/boot.sh "$kernel" "$results/root-$1" "$results/$1" || true
    rm -rf "$results/root-$1"
}
on_each bookworm trixie
Machines/page.sh Documentation/machines.md containers "$results/table" "$@"
