#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures nc and lowport-forward beside the programs that a user would pick instead, in one run: each figure is the
# median of interleaved runs, and the ratio to the best of the others; that of requests is the median of the ratios of rounds. Everything happens in a network of its own.
#
#   Benchmarks/netcat.sh [DIRECTORY-OF-THE-PROGRAMS]      default: .build/release
#   ROUNDS=5 MEGABYTES=1024 Benchmarks/netcat.sh
#   ONLY=requests MEGABYTES=1 Benchmarks/netcat.sh        the forwarder as a web server's alone; needs wrk and nginx
set -eu
bin=$(realpath "${1:-.build/release}")
here=$(realpath "$(dirname "$0")")
[ -x "$bin/nc" ] || { echo "no $bin/nc: swift build -c release --product nc" >&2; exit 1; }
if [ "${LOWPORT_BENCH_INSIDE:-}" != yes ]; then
    LOWPORT_BENCH_INSIDE=yes exec unshare --net --pid --fork --kill-child --mount-proc "$0" "$bin"
fi
ip link set lo up
directory=$(mktemp -d /dev/shm/lowport-bench.XXXXXX)
trap 'rm -rf "$directory"' EXIT
exec_bench="$directory/bench.py"
cat >"$exec_bench" <<'PY'
import os, pathlib, random, resource, shutil, socket, statistics, subprocess, sys, time

binaries, directory, here = sys.argv[1:4]
rounds, size = int(os.environ.get("ROUNDS", "5")), int(os.environ.get("MEGABYTES", "1024")) << 20
ours = f"{binaries}/nc"
others = {name: path for name in ("nc.openbsd", "nc.traditional", "ncat", "socat") if (path := shutil.which(name))}
data = f"{directory}/data"
with open(data, "wb") as file:
    block = os.urandom(1 << 20)
    for _ in range(size >> 20):
        file.write(block)


def listening(port):
    pattern = f":{port:04X} "
    while True:
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for line in open(table):
                fields = line.split()
                if fields[1].endswith(pattern.strip()) and fields[3] == "0A":
                    return
        time.sleep(0.001)


def commands(name, path):
    if name == "socat":
        return (f"{path} -u TCP4-LISTEN:8080,reuseaddr -", f"{path} -u - TCP4:127.0.0.1:8080")
    if name == "nc.traditional":
        return (f"{path} -l -p 8080", f"{path} -q 0 127.0.0.1 8080")
    if name == "ncat":
        return (f"{path} -l 127.0.0.1 8080 --recv-only", f"{path} --send-only 127.0.0.1 8080")
    return (f"{path} -l 127.0.0.1 8080", f"{path} -N 127.0.0.1 8080")


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


def compare(title, measure, better, unit, rounds=rounds):
    """Prints the medians of `measure` for all, and the ratio of ours to the best of the others."""
    everybody = {"ours": ours, **others}
    values = {name: [] for name in everybody}
    for round in range(rounds + 1):
        for name, path in everybody.items():
            value = measure(name, path)
            # The first round warms up.
            if value is not None and round > 0:
                values[name].append(value)
    medians = {name: statistics.median(found) for name, found in values.items() if found}
    rivals = [value for name, value in medians.items() if name != "ours"]
    line = "  ".join(f"{name} {value:.4g}" for name, value in medians.items())
    openbsd = medians.get("nc.openbsd")
    ratio = f"{medians['ours'] / openbsd:.2f}" if openbsd else "-"
    best = f"{medians['ours'] / (max(rivals) if better == 'more' else min(rivals)):.2f}" if rivals else "-"
    print(f"{title:<34} {unit:<6} {line}\n{'':<34} {'':<6} to nc.openbsd {ratio}, to the best {best} ({better} is better)", flush=True)


def throughput(receive, send, cpu=False):
    def measure(name, path):
        mine, theirs = commands("ours", ours), commands(name, path)
        fill = {"R": theirs[0], "S": theirs[1], "r": mine[0], "s": mine[1], "data": data, "out": f"{directory}/out", "n": size}
        wall, used = transfer(receive.format(**fill), send.format(**fill))
        if os.path.exists(fill["out"]):
            os.unlink(fill["out"])
        return used if cpu else size / wall / (1 << 20)
    return measure


def start(arguments, listener=False):
    def measure(name, path):
        if name == "socat" or name == "nc.traditional" and arguments == ["-h"]:
            return None
        null = os.open("/dev/null", os.O_RDWR)
        actions = [(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)]
        begin = time.monotonic()
        for _ in range(200):
            os.waitpid(os.posix_spawn(path, [path, *arguments], os.environ, file_actions=actions), 0)
        os.close(null)
        return (time.monotonic() - begin) / 200 * 1e6
    return measure


def connections(name, path, cpu=False):
    if name in ("socat", "nc.traditional"):
        return None
    server = subprocess.Popen(f"exec {path} -lk 127.0.0.1 8081 </dev/null >/dev/null", shell=True)
    listening(8081)
    begin, count = time.monotonic(), 0
    while time.monotonic() - begin < 1:
        with socket.create_connection(("127.0.0.1", 8081)) as client:
            client.sendall(b"hello\n")
            client.shutdown(socket.SHUT_WR)
            client.recv(1)
        count += 1
    rate = count / (time.monotonic() - begin)
    # Nanoseconds on a processor.
    used = int(open(f"/proc/{server.pid}/schedstat").read().split()[0])
    server.kill()
    server.wait()
    return used / 1000 / count if cpu else rate


def peak(server):
    return next(int(line.split()[1]) for line in open(f"/proc/{server.pid}/status") if line.startswith("VmHWM"))


def resident(name, path):
    if name == "socat":
        return None
    server = subprocess.Popen([path, "-l", "-p", "8082"], stdin=subprocess.PIPE)
    listening(8082)
    kilobytes = peak(server)
    server.kill()
    server.wait()
    return kilobytes


def loaded(name, path):
    if name in ("socat", "nc.traditional"):
        return None
    with open("/dev/null", "r+") as null:
        server = subprocess.Popen([path, "-lk", "127.0.0.1", "8082"], stdin=null, stdout=null)
    listening(8082)
    subprocess.run(f"head -c 64M {data} | {ours} -N 127.0.0.1 8082", shell=True, check=True)
    kilobytes = peak(server)
    server.kill()
    server.wait()
    return kilobytes


class ControlGroup:
    """Counts the processor time of a program and of all that it starts, whether anybody waits for them or not."""

    def __init__(self, name=""):
        fields = next(f for f in map(str.split, open("/proc/self/mountinfo")) if f[f.index("-") + 1] == "cgroup2")
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
                mine = commands("ours", ours)
                wall, _ = transfer(f"{mine[0]} >/dev/null", f"{ours} -N 127.0.0.1 8083 <{data}")
                used = group.seconds()
            forwarder.wait()
            if round > 0:
                values[name].append(used if cpu else size / wall / (1 << 20))
    medians = {name: statistics.median(found) for name, found in values.items()}
    print(f"{title:<34} {'s' if cpu else 'MiB/s':<6} " + "  ".join(f"{name} {value:.4g}" for name, value in medians.items()))
    for name in medians:
        if name != "ours":
            print(f"{'':<41} to {name} {medians['ours'] / medians[name]:.2f}", flush=True)


REQUESTS = {
    "50 kept connections": ["-c50"],
    "1,000 kept connections": ["-c1000"],
    "a connection for each request": ["-c50", "-H", "Connection: close"],
    "answers of 64 MiB": ["-c2"],
}


class Web:
    """A web server on port 8080, and the forwarders to it, each with its processor time.

    Forwarders that can use several processors have a process or thread for each, as ours has by default.
    """

    def __init__(self, idle=False):
        os.makedirs(f"{directory}/www", exist_ok=True)
        os.chmod(directory, 0o755)
        for name, count in (("small", 200), ("large", 64 << 20)):
            with open(f"{directory}/www/{name}", "wb") as file:
                file.write(b"x" * count)
        module = next((str(p) for p in pathlib.Path("/usr/lib/nginx").rglob("ngx_stream_module.so")), None)
        paths = "".join(f"{w}_temp_path {directory}/{w};" for w in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        self.write("web", f"http {{ access_log off; sendfile on; keepalive_requests 1000000000; {paths}"
                   f"server {{ listen 127.0.0.1:8080 backlog=4096; root {directory}/www; }} }}")
        self.write("stream", "stream { server { listen 127.0.0.1:8093 backlog=4096; proxy_pass 127.0.0.1:8080; } }",
                   f"load_module {module};" if module else "", workers=os.cpu_count())
        with open(f"{directory}/haproxy", "w") as file:
            file.write(f"global\n nbthread {os.cpu_count()}\n maxconn 3000\ndefaults\n mode tcp\n timeout connect 5s\n timeout client 60s\n"
                       " timeout server 60s\nlisten f\n bind 127.0.0.1:8094 backlog 4096\n option splice-auto\n"
                       " server s 127.0.0.1:8080\n")
        self.programs = {
            "direct": (8080, ["nginx", "-c", f"{directory}/web"]),
            "ours": (8091, [f"{binaries}/lowport-forward", "--max-conns", "20000", "127.0.0.1:8091", "127.0.0.1:8080"]),
        }
        if module:
            self.programs["nginx"] = (8093, ["nginx", "-c", f"{directory}/stream"])
        if shutil.which("haproxy"):
            self.programs["haproxy"] = (8094, ["haproxy", "-f", f"{directory}/haproxy"])
        if shutil.which("socat"):
            self.programs["socat"] = (8095, ["socat", "TCP4-LISTEN:8095,fork,reuseaddr", "TCP4:127.0.0.1:8080"])
        if shutil.which("redir"):
            self.programs["redir"] = (8096, ["redir", "-n", "127.0.0.1:8096", "127.0.0.1:8080"])
        if compiler := shutil.which("cc"):
            subprocess.run([compiler, "-O2", "-o", f"{directory}/least", f"{here}/least-forwarder.c"], check=True)
            self.programs["bound"] = (8097, [f"{directory}/least", "8097", "8080", str(os.cpu_count())])
        if idle:
            self.programs = {name: self.programs[name] for name in ("direct", "ours")}

    def write(self, name, block, before="", workers=1):
        with open(f"{directory}/{name}", "w") as file:
            file.write(f"{before}worker_processes {workers}; daemon off; pid {directory}/{name}.pid;"
                       f"error_log {directory}/{name}.log; events {{ worker_connections 8192; }} {block}")

    def __enter__(self):
        self.groups = {}
        for name, (port, command) in self.programs.items():
            group = self.groups[name] = ControlGroup(name).__enter__()
            subprocess.Popen(command, preexec_fn=group.enter, stderr=subprocess.DEVNULL)
            listening(port)
        return self

    def __exit__(self, *_):
        for group in self.groups.values():
            group.__exit__()

    def load(self, name, options, path):
        """Requests a second through the program, and its processor time for one, in microseconds."""
        before = self.groups[name].seconds()
        command = ["wrk", "-t1", "-d1s", *options, f"http://127.0.0.1:{self.programs[name][0]}/{path}"]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        count = next(int(line.split()[0]) for line in output.splitlines() if " requests in " in line)
        rate = next(float(line.split()[1]) for line in output.splitlines() if line.startswith("Requests/sec"))
        return rate, (self.groups[name].seconds() - before) / max(count, 1) * 1e6


def requests():
    """What clients of a web server get through each forwarder, beside what they get without one."""
    with Web() as web:
        for title, options in REQUESTS.items():
            unfit = {"1,000 kept connections": ("socat", "redir"), "answers of 64 MiB": ("bound",)}.get(title, ())
            found = {name: [] for name in web.programs if name not in unfit}
            order = list(found)
            # A second of requests differs from the next by more than good forwarders differ: they are compared round by round.
            for _ in range(3 * rounds):
                random.shuffle(order)
                for name in order:
                    found[name].append(web.load(name, options, "large" if "MiB" in title else "small"))
            rates = {name: [rate for rate, _ in runs] for name, runs in found.items()}
            used = {name: statistics.median(used for _, used in runs) for name, runs in found.items() if name != "direct"}

            def ratio(name, other):
                return statistics.median(one / two for one, two in zip(rates[name], rates[other]))

            print(f"forward, {title:<33} 1/s    direct {statistics.median(rates['direct']):.5g}, of that: "
                  + "  ".join(f"{name} {ratio(name, 'direct'):.2f}" for name in used))
            print(f"{'':<42}        ours to " + "  ".join(f"{name} {ratio('ours', name):.2f}" for name in used if name != "ours"))
            print(f"{'':<42} us     " + "  ".join(f"{name} {one:.4g}" for name, one in used.items())
                  + " of processor for each", flush=True)


def idle():
    """The processor time of a request beside idle connections, and the memory of these."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    with Web(idle=True) as web:
        alone = statistics.median(web.load("ours", ["-c1"], "small")[1] for _ in range(rounds))
        count = min(5000, (limit - 100) // 2)
        clients = [socket.create_connection(("127.0.0.1", 8091)) for _ in range(count)]
        beside = statistics.median(web.load("ours", ["-c1"], "small")[1] for _ in range(rounds))
        print(f"a request beside {len(clients)} idle connections      us     {beside:.4g}, without them {alone:.4g} of processor")



if os.environ.get("ONLY") == "requests":
    requests()
    idle()
    sys.exit()
print(f"{rounds} rounds of {size >> 20} MiB, Linux {os.uname().release}, {os.cpu_count()} processors")
compare("receive to /dev/null", throughput("{R} >/dev/null", "{s} <{data}"), "more", "MiB/s")
compare("receive to /dev/null, processor", throughput("{R} >/dev/null", "{s} <{data}", cpu=True), "less", "s")
compare("receive to a pipe", throughput("{R} | cat >/dev/null", "{s} <{data}"), "more", "MiB/s")
compare("receive to a file", throughput("{R} >{out}", "{s} <{data}"), "more", "MiB/s")
# Ours drops what goes to /dev/null without reading it.
reader = commands("nc.openbsd", others["nc.openbsd"])[0] if "nc.openbsd" in others else None
SOURCES = {"a file": "{S} <{data}", "a pipe, small blocks": "head -c {n} /dev/zero | {S}", "a pipe, large blocks": "cat {data} | {S}"}
for source, send in SOURCES.items():
    compare(f"send from {source}", throughput("{r} >/dev/null", send), "more", "MiB/s")
    if reader:
        compare(f"from {source}, to a reader", throughput(reader + " >/dev/null", send), "more", "MiB/s")
compare("both ends", throughput("{R} >/dev/null", "head -c {n} /dev/zero | {S}"), "more", "MiB/s")
compare("start, -h", start(["-h"]), "less", "us")
server = subprocess.Popen(f"exec {ours} -lk 127.0.0.1 8084 </dev/null >/dev/null", shell=True)
listening(8084)
compare("start, -z to an open port", start(["-z", "127.0.0.1", "8084"]), "less", "us")
server.kill()
compare("short connections a second, -lk", connections, "more", "1/s")
compare("short connections, processor", lambda name, path: connections(name, path, cpu=True), "less", "us")
# Where the kernel maps the C library decides by 150 KiB how much of it a process has: only many starts say something.
compare("resident at most, idle listener", resident, "less", "KiB", rounds=60)
compare("resident at most, after 64 MiB", loaded, "less", "KiB", rounds=60)
forward("forward", cpu=False)
forward("forward, processor of the forwarder", cpu=True)
if shutil.which("wrk") and shutil.which("nginx"):
    requests()
    idle()
else:
    print("forward, requests: needs wrk and nginx")
PY
python3 "$exec_bench" "$bin" "$directory" "$here"
python3 "$here/datagrams.py" "$bin"
