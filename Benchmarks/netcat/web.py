# SPDX-License-Identifier: Apache-2.0
"""Measures lowport-forward as the way to a web server, beside other forwarders, the least that one can do, and no forwarder.

A second of requests differs from the next by more than good forwarders differ: their ratios are those of rounds.
"""
import os, pathlib, random, resource, shutil, socket, statistics, subprocess

from measuring import ControlGroup, binaries, compiled, directory, listening, rounds

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
            file.write(f"global\n nbthread {os.cpu_count()}\n maxconn 3000\ndefaults\n mode tcp\n timeout connect 5s\n"
                       " timeout client 60s\n timeout server 60s\nlisten f\n bind 127.0.0.1:8094 backlog 4096\n option splice-auto\n"
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
        if least := compiled("least-forwarder"):
            self.programs["bound"] = (8097, [least, "8097", "8080", str(os.cpu_count())])
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


def rounds_of(web, options, path, names):
    """For each program, what `load` says of each round."""
    found = {name: [] for name in names}
    for _ in range(3 * rounds):
        random.shuffle(names)
        for name in names:
            found[name].append(web.load(name, options, path))
    return found


def requests():
    """What clients of a web server get through each forwarder, beside what they get without one."""
    with Web() as web:
        for title, options in REQUESTS.items():
            unfit = {"1,000 kept connections": ("socat", "redir"), "answers of 64 MiB": ("bound",)}.get(title, ())
            names = [name for name in web.programs if name not in unfit]
            found = rounds_of(web, options, "large" if "MiB" in title else "small", names[:])
            rates = {name: [rate for rate, _ in found[name]] for name in names}
            used = {name: statistics.median(used for _, used in found[name]) for name in names if name != "direct"}

            def ratio(name, other):
                return f"{statistics.median(one / two for one, two in zip(rates[name], rates[other])):.2f}"

            direct = f"direct {statistics.median(rates['direct']):.5g}, of that: "
            print(f"forward, {title:<33} 1/s    " + direct + "  ".join(f"{name} {ratio(name, 'direct')}" for name in used))
            ours = "  ".join(f"{name} {ratio('ours', name)}" for name in used if name != "ours")
            print(f"{'':<42}        ours to {ours}")
            each = "  ".join(f"{name} {one:.4g}" for name, one in used.items())
            print(f"{'':<42} us     {each} of processor for each", flush=True)


def idle():
    """The processor time of a request, beside idle connections and without them."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    with Web(idle=True) as web:
        alone = statistics.median(web.load("ours", ["-c1"], "small")[1] for _ in range(rounds))
        count = min(5000, (limit - 100) // 2)
        clients = [socket.create_connection(("127.0.0.1", 8091)) for _ in range(count)]
        beside = statistics.median(web.load("ours", ["-c1"], "small")[1] for _ in range(rounds))
        print(f"a request beside {len(clients)} idle connections      us     {beside:.4g}, without them {alone:.4g}")


if shutil.which("wrk") and shutil.which("nginx"):
    requests()
    idle()
else:
    print("forward, requests: needs wrk and nginx")
