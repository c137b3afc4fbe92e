#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures nc and lowport-forward beside the programs that a user would pick instead. Everything happens in a network of
# its own, and each figure is the median of interleaved runs.
#
#   Benchmarks/netcat.sh [DIRECTORY-OF-THE-PROGRAMS]      default: .build/release
#   ROUNDS=5 MEGABYTES=1024 Benchmarks/netcat.sh
#   ONLY=web Benchmarks/netcat.sh                         or: transfers, connections, datagrams
set -eu
bin=$(realpath "${1:-.build/release}")
here=$(realpath "$(dirname "$0")")
[ -x "$bin/nc" ] || { echo "no $bin/nc: swift build -c release --product nc" >&2; exit 1; }
if [ "${LOWPORT_BENCH_INSIDE:-}" != yes ]; then
    LOWPORT_BENCH_INSIDE=yes exec unshare --net --pid --fork --kill-child --mount-proc "$0" "$bin"
fi
ip link set lo up
# A port of a short connection is free again after a second: there must be enough for that long.
sysctl -q net.ipv4.ip_local_port_range="10000 65535"
directory=$(mktemp -d /dev/shm/lowport-bench.XXXXXX)
trap 'rm -rf "$directory"' EXIT
for part in ${ONLY:-transfers connections web datagrams}; do
    PYTHONDONTWRITEBYTECODE=1 python3 "$here/netcat/$part.py" "$bin" "$directory"
done
