# SPDX-License-Identifier: Apache-2.0
"""What the parts of netcat.sh share: the programs that are compared, their processor time, and how figures are printed."""
import os, shutil, statistics, subprocess, sys, time

binaries, directory = sys.argv[1:3]
rounds = int(os.environ.get("ROUNDS", "5"))
size = int(os.environ.get("MEGABYTES", "1024")) << 20
nc = f"{binaries}/nc"
others = {name: path for name in ("nc.openbsd", "nc.traditional", "ncat", "socat") if (path := shutil.which(name))}


def listening(port):
    """Waits until a TCP socket listens on the port."""
    while True:
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for line in open(table):
                fields = line.split()
                if fields[1].endswith(f":{port:04X}") and fields[3] == "0A":
                    return
        time.sleep(0.001)


def compiled(name):
    """The program of a C file in this directory, or nothing without a compiler."""
    program = f"{directory}/{name}"
    if compiler := shutil.which("cc"):
        source = os.path.join(os.path.dirname(__file__), f"{name}.c")
        subprocess.run([compiler, "-O2", "-o", program, source], check=True)
        return program
    print(f"{name}: needs cc", flush=True)
    return None


def compare(title, measure, better, unit, rounds=rounds, bound=None):
    """Prints the medians of `measure` for all, and the ratio of ours to nc.openbsd and to the best of the others.

    `measure` has a name and a path; its result is nothing if the program cannot do it. `bound` is a program that does the
    least, which nobody would use.
    """
    everybody = {"ours": nc, **others, **({"bound": bound} if bound else {})}
    values = {name: [] for name in everybody}
    for round in range(rounds + 1):
        for name, path in everybody.items():
            value = measure(name, path)
            # The first round warms up.
            if value is not None and round > 0:
                values[name].append(value)
    medians = {name: statistics.median(found) for name, found in values.items() if found}
    rivals = [value for name, value in medians.items() if name not in ("ours", "bound")]
    line = "  ".join(f"{name} {value:.4g}" for name, value in medians.items())
    openbsd = medians.get("nc.openbsd")
    ratio = f"{medians['ours'] / openbsd:.2f}" if openbsd else "-"
    best = f"{medians['ours'] / (max(rivals) if better == 'more' else min(rivals)):.2f}" if rivals else "-"
    print(f"{title:<34} {unit:<6} {line}")
    print(f"{'':<41} to nc.openbsd {ratio}, to the best {best} ({better} is better)", flush=True)


class ControlGroup:
    """Counts the processor time of a program and of all that it starts, whether anybody waits for them or not."""

    def __init__(self, name=""):
        lines = map(str.split, open("/proc/self/mountinfo"))
        fields = next(line for line in lines if line[line.index("-") + 1] == "cgroup2")
        self.path = f"{fields[4]}/lowport-bench-{os.getpid()}{name}"

    def __enter__(self):
        os.mkdir(self.path)
        return self

    def enter(self):
        with open(f"{self.path}/cgroup.procs", "w") as file:
            file.write("0")

    def seconds(self):
        return int(open(f"{self.path}/cpu.stat").readline().split()[1]) / 1e6

    def __exit__(self, *_):
        with open(f"{self.path}/cgroup.kill", "w") as file:
            file.write("1")
        while "populated 1" in open(f"{self.path}/cgroup.events").read():
            time.sleep(0.001)
        os.rmdir(self.path)
