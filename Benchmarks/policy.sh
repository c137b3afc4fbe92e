#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How long the release takes with ten thousand rules: list and check, and the helper from its start to its end.
#
# The machine has a thousand users and the rules are spread over them, ports, addresses and times; one in ten has an
# end. The helper is asked by a user whom the last rule allows, and by one whom none allows. Needs root: all of it
# happens in private namespaces with a private /etc. Prints the median and the fastest of each, in milliseconds.
set -eu
cd "$(dirname "$0")/.."

if [ "${1:-}" != inside ]; then
    for program in lowport lowport-admin lowport-helper; do
        [ -x ".build-dist/$program" ] || Scripts/build "$program"
    done
    exec unshare --mount --net --pid --fork --kill-child --mount-proc sh "$0" inside
fi

ip link set lo up
mount -t tmpfs -o mode=0755 tmpfs /mnt
mkdir /mnt/etc /mnt/bin
cp -a /etc/. /mnt/etc
rm -rf /mnt/etc/authbind /mnt/etc/lowport
mkdir -p /mnt/etc/authbind/byport /mnt/etc/authbind/byaddr /mnt/etc/authbind/byuid /mnt/etc/lowport
awk 'BEGIN { for (n = 0; n < 1000; n++) printf "user%d:x:%d:%d::/:\n", n, 2000 + n, 2000 + n }' >>/mnt/etc/passwd
awk 'BEGIN { for (n = 0; n < 1000; n++) printf "user%d:x:%d:\n", n, 2000 + n }' >>/mnt/etc/group
awk 'BEGIN {
    for (n = 0; n < 9999; n++) {
        printf "allow user user%d %s %d", n % 999, n % 3 ? "tcp" : "tcp,udp", 1 + n * 7 % 1000
        if (n % 4 == 0) printf ",%d-%d", 2000 + n % 100, 2100 + n % 100
        if (n % 2) printf " on 10.%d.%d.0/24", n % 256, n % 199
        if (n % 10 == 0) printf " until 2099-01-01T00:00:00Z"
        printf "\n"
    }
    print "allow user user999 tcp 81"
}' >/mnt/etc/lowport/rules
mount --bind /mnt/etc /etc
cp .build-dist/lowport .build-dist/lowport-admin .build-dist/lowport-helper /mnt/bin/
.build-dist/setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p /mnt/bin/lowport-helper

exec /usr/bin/python3 - <<'END'
import os, socket, statistics, subprocess, sys, time

def measure(name, limit, command, times, status=(0,), **options):
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options).returncode
        taken.append((time.perf_counter() - begin) * 1000)
        if ended not in status:
            sys.exit(f"{name}: status {ended}")
    return report(name, limit, taken)

def report(name, limit, taken):
    median = statistics.median(taken)
    verdict = "" if limit is None else f"  limit {limit} ms: {'ok' if median <= limit else 'MISSED'}"
    print(f"{name:34} median {median:7.2f} ms  fastest {min(taken):7.2f} ms{verdict}", flush=True)
    return median <= (limit or median)

def helper(name, limit, user, status, times=50):
    # As that user from here on, so that starting it costs what it costs anybody.
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    os.setgroups([]); os.setgid(user); os.setuid(user)
    with socket.socket() as listening:
        ok = measure(name, limit, ["/mnt/bin/lowport-helper", "0100007f", "5100"], times, (status,),
                     stdin=listening) if status else helper_that_binds(name, limit, times)
    sys.stdout.flush()
    os._exit(not ok)

def helper_that_binds(name, limit, times):
    # A socket is bound once.
    taken = []
    for _ in range(times):
        with socket.socket() as listening:
            begin = time.perf_counter()
            ended = subprocess.run(["/mnt/bin/lowport-helper", "0100007f", "5100"], stdin=listening).returncode
            taken.append((time.perf_counter() - begin) * 1000)
        if ended:
            sys.exit(f"{name}: status {ended}")
    return report(name, limit, taken)

ok = measure("an empty program (true)", None, ["/bin/true"], 50)
ok &= measure("lowport list", 100, ["/mnt/bin/lowport", "list"], 20)
ok &= measure("lowport list --json", None, ["/mnt/bin/lowport", "list", "--json"], 10)
ok &= measure("lowport check", 100, ["/mnt/bin/lowport", "check"], 20)
ok &= measure("lowport can-bind", None, ["/mnt/bin/lowport", "can-bind", "81"], 20)
ok &= helper("helper, allowed by the last rule", 5, 2999, 0)
ok &= helper("helper, refused", 5, 65534, 1)
sys.exit(not ok)
END
