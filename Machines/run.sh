#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh [--update]: boots the kernels of Debian's releases under emulation with the release inside, tries each way to a
# low port on each, and compares what came out with the table in Documentation/machines.md; --update writes the table.
#
# Ends with 0 if every kernel ran and the table is right, with 1 if it differs, and with 75 if a kernel could not be
# fetched or qemu is missing: then nothing is known.
set -eu
cd "$(dirname "$0")/.."

what='other kernels' results=.build-machines/results
. Machines/common.sh
[ "$(uname -m)" = x86_64 ] || not_tried 'they are for x86-64'
needs qemu-system-x86_64 cpio apt-get

Machines/root.sh .build-machines/root Machines/cases.sh
boot() {
    kernel=$(Machines/kernel.sh "$1" amd64) || return 0
    touch "$results/$1"
    Machines/boot.sh "$kernel" .build-machines/root "$results/$1" || true
}
on_each bullseye bookworm trixie
Machines/page.sh Documentation/machines.md x86-64 "$results/table" "$@"
