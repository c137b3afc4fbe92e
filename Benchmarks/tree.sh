#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the broker costs a program that starts 100,000 children: beside the program, above it (as Yama 1 has it), and no
# broker at all. Children that the program waits for, and children whose parent ends before them, which the reaper collects.
#
#   Benchmarks/tree.sh [COUNT]
#
# Needs root, for private namespaces; the build in .build-dist; and cc.
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" != inside ]; then
    exec unshare --mount --net --pid --fork --kill-child --mount-proc "$0" inside "${1:-100000}"
fi

count=$2
ip link set lo up
mount -t tmpfs -o mode=0755 tmpfs /mnt
mkdir -p /mnt/bin /mnt/libexec/lowport
cp .build-dist/lowport /mnt/bin/
cp .build-dist/lowport-helper* .build-dist/lowport-run .build-dist/liblowport-preload.so /mnt/libexec/lowport/
for helper in /mnt/libexec/lowport/lowport-helper*; do
    .build-dist/setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p "$helper"
done
cat >/mnt/storm.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    int children = atoi(arguments[2]), orphans = strcmp(arguments[1], "orphans") == 0;
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < children; i++) {
        pid_t child = fork();
        if (child == 0) {
            if (orphans && fork() > 0) _exit(0);
            _exit(0);
        }
        if (child < 0 || waitpid(child, NULL, 0) != child) return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.1f\n", ((end.tv_sec - start.tv_sec) * 1e9 + end.tv_nsec - start.tv_nsec) / 1e3 / children);
    return count < 0;
}
END
cc -O2 -o /mnt/storm /mnt/storm.c

# Not in the place of this shell, which collects the orphans.
setpriv --reuid 2001 --regid 2001 --clear-groups /usr/bin/python3 - "$count" <<'END'
import subprocess, sys

count, rounds = int(sys.argv[1]), 5
run = ["/mnt/bin/lowport", "run", "--via", "broker", "--supervisor"]
ways = {"no broker": [], "broker beside": run + ["beside"], "broker above": run + ["above"]}
for kind in "children", "orphans":
    times = {way: [] for way in ways}
    for _ in range(rounds):
        for way, command in ways.items():
            words = command + ["/mnt/storm", kind, str(count // rounds)]
            times[way].append(float(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout))
    median = {way: sorted(values)[rounds // 2] for way, values in times.items()}
    for way, value in median.items():
        print(f"{kind:9} {way:14} {value:8.1f} us each  {value / median['broker beside']:5.2f} x of beside")
END
