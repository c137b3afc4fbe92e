#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a bind of a low port costs by each engine, and what starting a program costs, beside authbind 2.1.3 in one run.
# Needs root, for private namespaces; the build in .build-dist; and the probe of the tests.
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" != inside ]; then
    exec unshare --mount --net --pid --fork --kill-child --mount-proc "$0" inside
fi

ip link set lo up
mount -t tmpfs -o mode=0755 tmpfs /mnt
mkdir -p /mnt/etc /mnt/bin /mnt/libexec/lowport
cp -a /etc/. /mnt/etc
mount --bind /mnt/etc /etc
rm -rf /etc/lowport
mkdir -p /etc/authbind/byport /etc/authbind/byaddr /etc/authbind/byuid
touch /etc/authbind/byport/81
chmod 755 /etc/authbind/byport/81
cc -O1 -o /mnt/bin/probe Tests/Probes/bind-probe/*.c -lpthread
cp .build-dist/authbind /mnt/bin/
cp .build-dist/lowport-helper* .build-dist/lowport-run .build-dist/liblowport-preload.so /mnt/libexec/lowport/
for helper in /mnt/libexec/lowport/lowport-helper*; do
    .build-dist/setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p "$helper"
done

as_user() { setpriv --reuid 2001 --regid 2001 --clear-groups "$@"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# Median over rounds that alternate between the candidates, so that both see the same machine.
measure() {
    words=$1
    rm -f /mnt/original /mnt/preload /mnt/broker
    for round in 1 2 3 4 5 6 7; do
        : "$round"
        for candidate in original preload broker; do
            case $candidate in
            original) set -- /usr/bin/authbind ;;
            preload) set -- /mnt/bin/authbind --via preload ;;
            broker) set -- /mnt/libexec/lowport/lowport-run --via broker ;;
            esac
            # shellcheck disable=SC2086
            as_user "$@" /mnt/bin/probe $words >>"/mnt/$candidate"
        done
    done
}
report_bind() { report_field 2 "$1"; }
report_loop() { report_field 3 "$1"; }
report_field() {
    for candidate in original preload broker; do
        awk "{ print \$$1 }" "/mnt/$candidate" | median >"/mnt/$candidate.median"
    done
    report "$2"
}
report() {
    original=$(cat /mnt/original.median)
    for candidate in preload broker; do
        awk -v what="$1" -v c="$candidate" -v o="$original" -v m="$(cat "/mnt/$candidate.median")" \
            'BEGIN { printf "%-34s %-8s %10.1f us   authbind %10.1f us   ratio %.3f\n", what, c, m, o, m / o }'
    done
}

# What has changed in the last two seconds nobody who keeps running relies on.
sleep 3
measure "time 100 127.0.0.1 81"
report_bind "low bind; small"
report_loop "with socket and close; small"
measure "resident 256 time 40 127.0.0.1 81"
report_bind "low bind; 256 MiB resident"
measure "resident 1024 time 10 127.0.0.1 81"
report_bind "low bind; 1 GiB resident"
measure "time 1000 127.0.0.1 8081"
report_bind "high bind"
report_loop "high bind, with socket and close"

# One start each in turn, so that what one leaves running does not fall on another alone.
launch() {
    as_user /usr/bin/python3 - <<'END'
import os, time
candidates = {
    "original": ["/usr/bin/authbind"],
    "preload": ["/mnt/bin/authbind", "--via", "preload"],
    "broker": ["/mnt/libexec/lowport/lowport-run", "--via", "broker"],
}
times = {name: [] for name in candidates}
for _ in range(200):
    for name, command in candidates.items():
        command = command + ["/bin/true"]
        start = time.perf_counter()
        os.waitpid(os.posix_spawn(command[0], command, os.environ), 0)
        times[name].append((time.perf_counter() - start) * 1e6)
for name, values in times.items():
    values.sort()
    print(name, values[len(values) // 2])
END
}
launch | while read -r candidate time; do echo "$time" >"/mnt/$candidate.median"; done
report "start of /bin/true"
