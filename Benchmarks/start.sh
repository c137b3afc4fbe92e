#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What it takes to start lowport: a program by it, the answer of can-bind, and the program that has the other verbs.
#
# Each command is started in turn, in one run, by a user whom one of ten rules allows; the median and the fastest are
# printed, and how much they are above /bin/true. Needs root, for private namespaces; and the build in .build-dist.
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
rm -rf /etc/lowport /etc/authbind
mkdir -p /etc/lowport /etc/authbind/byport /etc/authbind/byaddr /etc/authbind/byuid
awk 'BEGIN { for (n = 0; n < 10; n++) printf "allow uid %d tcp %d\n", 2001 + n, 80 + n }' >/etc/lowport/rules
cp .build-dist/lowport /mnt/bin/
cp .build-dist/lowport-helper* .build-dist/lowport-run .build-dist/lowport-admin .build-dist/liblowport-preload.so \
    /mnt/libexec/lowport/
for helper in /mnt/libexec/lowport/lowport-helper*; do
    .build-dist/setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p "$helper"
done

exec setpriv --reuid 2001 --regid 2001 --clear-groups /usr/bin/python3 - <<'END'
import os, time

lowport, runner = "/mnt/bin/lowport", "/mnt/libexec/lowport/lowport-run"
commands = {
    "true": ["/bin/true"],
    "lowport-run true": [runner, "/bin/true"],
    "lowport run true": [lowport, "run", "/bin/true"],
    "lowport run --via preload true": [lowport, "run", "--via", "preload", "/bin/true"],
    "lowport can-bind 80 (yes)": [lowport, "can-bind", "80"],
    "lowport can-bind 81 (no)": [lowport, "can-bind", "81"],
    "lowport can-bind 80 --json": [lowport, "can-bind", "80", "--json"],
    "lowport --version": [lowport, "--version"],
}
times = {name: [] for name in commands}
silent = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
for _ in range(300):
    for name, command in commands.items():
        start = time.perf_counter()
        status = os.waitpid(os.posix_spawn(command[0], command, os.environ, file_actions=silent), 0)[1]
        times[name].append((time.perf_counter() - start) * 1000)
        if os.waitstatus_to_exitcode(status) != ("(no)" in name):
            raise SystemExit(f"{name}: status {os.waitstatus_to_exitcode(status)}")
print(f"{'':32} {'median':>10} {'above true':>14} {'fastest':>13} {'above true':>14}")
base = sorted(times["true"])
for name, values in times.items():
    values = sorted(values)
    median, fastest = values[150], values[0]
    print(f"{name:32} {median:7.3f} ms {median - base[150]:+11.3f} ms {fastest:10.3f} ms {fastest - base[0]:+11.3f} ms")
END
