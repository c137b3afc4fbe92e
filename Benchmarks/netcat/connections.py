# SPDX-License-Identifier: Apache-2.0
"""Measures how fast nc starts, how many short connections it receives, and how much memory it has."""
import os, subprocess, time

from measuring import compare, compiled, listening, nc


def listener(path, port, *arguments):
    with open("/dev/null", "r+") as null:
        server = subprocess.Popen([path, *arguments, str(port)], stdin=null, stdout=null)
    listening(port)
    return server


def end(server):
    server.kill()
    server.wait()


def start(arguments):
    """Microseconds from the start to the end of a process."""
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


def connections(short, clients, cpu=False):
    """Connections in a second, with so many clients at a time; or microseconds of processor for each."""
    def measure(name, path):
        if name in ("socat", "nc.traditional"):
            return None
        server = listener(path, 8081, *(["receive"] if name == "bound" else ["-lk", "127.0.0.1"]))
        run = subprocess.run([short, "send", "8081", str(clients)], capture_output=True, text=True, check=True)
        count, seconds = run.stdout.split()
        # Nanoseconds on a processor.
        used = int(open(f"/proc/{server.pid}/schedstat").read().split()[0])
        end(server)
        return used / 1000 / int(count) if cpu else int(count) / float(seconds)
    return measure


def peak(server):
    return next(int(line.split()[1]) for line in open(f"/proc/{server.pid}/status") if line.startswith("VmHWM"))


def resident(name, path):
    if name == "socat":
        return None
    server = subprocess.Popen([path, "-l", "-p", "8082"], stdin=subprocess.PIPE)
    listening(8082)
    kilobytes = peak(server)
    end(server)
    return kilobytes


def loaded(name, path):
    if name in ("socat", "nc.traditional"):
        return None
    server = listener(path, 8082, "-lk", "127.0.0.1")
    subprocess.run(f"head -c 64M /dev/zero | {nc} -N 127.0.0.1 8082", shell=True, check=True)
    kilobytes = peak(server)
    end(server)
    return kilobytes


compare("start, -h", start(["-h"]), "less", "us")
server = listener(nc, 8084, "-lk", "127.0.0.1")
compare("start, -z to an open port", start(["-z", "127.0.0.1", "8084"]), "less", "us")
end(server)
if short := compiled("short-connections"):
    # nc.openbsd has a backlog of 1: of more clients at a time, some would wait for a second.
    for title, clients in (("one by one", 1), ("two at a time", 2)):
        compare(f"-lk, connections {title}", connections(short, clients), "more", "1/s", bound=short)
        compare("the same, processor of each", connections(short, clients, cpu=True), "less", "us", bound=short)
# Where the kernel maps the C library decides by 150 KiB how much of it a process has: only many starts say something.
compare("resident at most, idle listener", resident, "less", "KiB", rounds=60)
compare("resident at most, after 64 MiB", loaded, "less", "KiB", rounds=60)
