#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
# capabilities.sh [DIRECTORY [ROUNDS]]: our getcap and setcap beside libcap's, in one run.
#
# DIRECTORY is what getcap -r walks through, /usr if nothing is said; BIN is where our programs are. All runs are warm; the
# two take turns, so that what else the machine does hits both. Printed are medians, and how many times as fast ours is:
# by the medians, and by the shortest runs, which other work disturbs least.
cd "$(dirname "$0")/.."
directory=${1:-/usr} rounds=${2:-15}
bin=${BIN:-.build-dist}
for program in "$bin/getcap" "$bin/setcap" /sbin/getcap /sbin/setcap; do
    [ -x "$program" ] || { echo "capabilities.sh: $program is missing; make build, apt install libcap2-bin" >&2; exit 1; }
done
exec python3 - "$bin" "$directory" "$rounds" <<'END'
import os, statistics, subprocess, sys, tempfile, time

ours, directory, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])


def once(command):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def beside(name, command, count, prefix=()):
    """Prints the medians of the original and of ours, and the ratio of the two."""
    times = ([], [])
    for _ in range(count):
        for index, tool in enumerate((f"/sbin/{command[0]}", f"{ours}/{command[0]}")):
            times[index].append(once([*prefix, tool, *command[1:]]))
    original, own = (statistics.median(values) * 1000 for values in times)
    best = min(times[0]) / min(times[1])
    print(f"{name:44} {original:9.2f} ms {own:9.2f} ms {original / own:6.2f} x {best:6.2f} x", flush=True)


def memory(name, path):
    """Prints the largest resident sizes of a walk; needs GNU time, since nobody else starts from nothing."""
    sizes = []
    for tool in ("/sbin/getcap", f"{ours}/getcap"):
        command = ["/usr/bin/time", "-f", "%M", tool, "-r", path]
        sizes.append(subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr.split()[-1])
    print(f"{name:44} {sizes[0]:>8} KiB {sizes[1]:>8} KiB")


print(f"{'':44} {'libcap':>12} {'lowport':>12} {'faster':>8} {'(best)':>8}")
same = [subprocess.run([t, "-r", directory], capture_output=True).stdout for t in ("/sbin/getcap", f"{ours}/getcap")]
if same[0] != same[1]:
    sys.exit("the outputs differ")
beside(f"getcap -r {directory}, all processors", ["getcap", "-r", directory], rounds)
beside(f"getcap -r {directory}, one processor", ["getcap", "-r", directory], rounds, ("taskset", "-c", "0"))
beside(f"getcap -rv {directory}, all processors", ["getcap", "-rv", directory], rounds)
with tempfile.NamedTemporaryFile() as file:
    beside("start of getcap, one file", ["getcap", file.name], rounds * 20)
    beside("start of setcap -v, one file", ["setcap", "-q", "-v", "=", file.name], rounds * 20)
if os.access("/usr/bin/time", os.X_OK):
    with tempfile.TemporaryDirectory() as small:
        for name in range(100):
            open(f"{small}/{name}", "w").close()
        memory("largest resident size, 100 files", small)
    memory(f"largest resident size, {directory}", directory)
END
