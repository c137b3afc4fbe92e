#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# all.sh [--update]: tries the methods on the kernels of x86-64 (run.sh) and on aarch64 (aarch64.sh), and rootless
# containers (containers.sh), at the same time.
#
# Ends with 1 if something was wrong, else with 75 if something was not tried, else with 0.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .build-machines
status=0
all=
for machines in run containers aarch64; do
    Machines/$machines.sh "$@" &
    all="$all $!"
done
for one in $all; do
    wait "$one" || {
        one=$?
        if [ $one -ne 75 ]; then
            status=1
        elif [ $status -eq 0 ]; then
            status=75
        fi
    }
done
exit $status
