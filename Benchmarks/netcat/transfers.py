# SPDX-License-Identifier: Apache-2.0
"""Measures what nc and lowport-forward move in a second, and the processor time for it."""
import os, resource, shutil, statistics, subprocess, time

from measuring import ControlGroup, binaries, compare, directory, listening, nc, others, rounds, size

data = f"{directory}/data"
with open(data, "wb") as file:
    block = os.urandom(1 << 20)
    for _ in range(size >> 20):
        file.write(block)


def commands(name, path):
    """How the program receives, and how it sends."""
    if name == "socat":
        return f"{path} -u TCP4-LISTEN:8080,reuseaddr -", f"{path} -u - TCP4:127.0.0.1:8080"
    if name == "nc.traditional":
        return f"{path} -l -p 8080", f"{path} -q 0 127.0.0.1 8080"
    if name == "ncat":
        return f"{path} -l 127.0.0.1 8080 --recv-only", f"{path} --send-only 127.0.0.1 8080"
    return f"{path} -l 127.0.0.1 8080", f"{path} -N 127.0.0.1 8080"


def transfer(receive, send):
    """Seconds on the clock, and seconds of processor of all that took part."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    receiver = subprocess.Popen(["sh", "-c", receive], stderr=subprocess.DEVNULL)
    listening(8080)
    start = time.monotonic()
    subprocess.run(["sh", "-c", send], check=False, stderr=subprocess.DEVNULL)
    receiver.wait()
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def throughput(receive, send, cpu=False):
    def measure(name, path):
        mine, theirs = commands("ours", nc), commands(name, path)
        fill = {"R": theirs[0], "S": theirs[1], "r": mine[0], "s": mine[1]}
        fill |= {"data": data, "out": f"{directory}/out", "n": size}
        wall, used = transfer(receive.format(**fill), send.format(**fill))
        if os.path.exists(fill["out"]):
            os.unlink(fill["out"])
        return used if cpu else size / wall / (1 << 20)
    return measure


def forward(title, cpu):
    programs = {"ours": [f"{binaries}/lowport-forward", "127.0.0.1:8083", "127.0.0.1:8080"]}
    if socat := shutil.which("socat"):
        programs["socat"] = [socat, "TCP4-LISTEN:8083,fork,reuseaddr", "TCP4:127.0.0.1:8080"]
    if redir := shutil.which("redir"):
        programs["redir"] = [redir, "-n", "127.0.0.1:8083", "127.0.0.1:8080"]
    values = {name: [] for name in programs}
    for round in range(rounds + 1):
        for name, command in programs.items():
            with ControlGroup() as group:
                forwarder = subprocess.Popen(command, preexec_fn=group.enter)
                listening(8083)
                wall, _ = transfer(f"{nc} -l 127.0.0.1 8080 >/dev/null", f"{nc} -N 127.0.0.1 8083 <{data}")
                used = group.seconds()
            forwarder.wait()
            if round > 0:
                values[name].append(used if cpu else size / wall / (1 << 20))
    medians = {name: statistics.median(found) for name, found in values.items()}
    figures = "  ".join(f"{name} {value:.4g}" for name, value in medians.items())
    print(f"{title:<34} {'s' if cpu else 'MiB/s':<6} {figures}")
    ratios = ", ".join(f"to {name} {medians['ours'] / medians[name]:.2f}" for name in medians if name != "ours")
    print(f"{'':<41} {ratios}", flush=True)


print(f"{rounds} rounds of {size >> 20} MiB, Linux {os.uname().release}, {os.cpu_count()} processors")
compare("receive to /dev/null", throughput("{R} >/dev/null", "{s} <{data}"), "more", "MiB/s")
compare("receive to /dev/null, processor", throughput("{R} >/dev/null", "{s} <{data}", cpu=True), "less", "s")
compare("receive to a pipe", throughput("{R} | cat >/dev/null", "{s} <{data}"), "more", "MiB/s")
compare("receive to a file", throughput("{R} >{out}", "{s} <{data}"), "more", "MiB/s")
# Ours drops what goes to /dev/null without reading it.
reader = commands("nc.openbsd", others["nc.openbsd"])[0] if "nc.openbsd" in others else None
SOURCES = {
    "a file": "{S} <{data}",
    "a pipe, small blocks": "head -c {n} /dev/zero | {S}",
    "a pipe, large blocks": "cat {data} | {S}",
}
for source, send in SOURCES.items():
    compare(f"send from {source}", throughput("{r} >/dev/null", send), "more", "MiB/s")
    if reader:
        compare(f"from {source}, to a reader", throughput(reader + " >/dev/null", send), "more", "MiB/s")
compare("both ends", throughput("{R} >/dev/null", "head -c {n} /dev/zero | {S}"), "more", "MiB/s")
forward("forward", cpu=False)
forward("forward, processor of the forwarder", cpu=True)
os.unlink(data)
