# SPDX-License-Identifier: Apache-2.0
"""Measures lowport-forward -u beside socat: datagrams through each of them to an echo server and back.

Clients and server move many datagrams in each call, so that most of the time is the forwarder's: with recvmmsg and sendmmsg,
or joined to one that the kernel divides (UDP_SEGMENT, UDP_GRO), as those of QUIC do.
"""
import ctypes, os, shutil, signal, socket, statistics, struct, subprocess, time

from measuring import binaries, rounds

libc = ctypes.CDLL(None, use_errno=True)
WAIT_FOR_ONE = 0x10000
UDP_SEGMENT, UDP_GRO = 103, 104


class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Message(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p), ("name_length", ctypes.c_uint), ("parts", ctypes.POINTER(Part)),
        ("part_count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_long), ("length", ctypes.c_uint),
    ]


class Batch:
    """Room for datagrams, all of one size, and for their senders."""

    def __init__(self, count, size):
        self.count, self.messages = count, (Message * count)()
        self.parts, self.names = (Part * count)(), ctypes.create_string_buffer(16 * count)
        self.data = ctypes.create_string_buffer(size * count)
        for index in range(count):
            self.parts[index] = Part(ctypes.addressof(self.data) + size * index, size)
            self.messages[index].parts = ctypes.pointer(self.parts[index])
            self.messages[index].part_count = 1

    def named(self):
        for index in range(self.count):
            self.messages[index].name = ctypes.addressof(self.names) + 16 * index
            self.messages[index].name_length = 16
        return self

    def receive(self, descriptor):
        return libc.recvmmsg(descriptor, self.messages, self.count, WAIT_FOR_ONE, None)

    def send(self, descriptor, count):
        return libc.sendmmsg(descriptor, self.messages, count, 0)


def bound(port):
    return any(line.split()[1].endswith(f":{port:04X}") for line in list(open("/proc/net/udp"))[1:])


def join(datagram_socket, size):
    datagram_socket.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
    datagram_socket.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)


def echo(size, joined):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        server.bind(("127.0.0.1", 8080))
        if joined:
            join(server, size)
            while True:
                server.sendto(*server.recvfrom(65536))
        batch = Batch(64, size).named()
        while True:
            if (count := batch.receive(server.fileno())) > 0:
                batch.send(server.fileno(), count)


def children(parent):
    """The processes of `parent`, and their processor time in seconds."""
    found, ticks = [], 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = open(f"/proc/{name}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if parent in (int(name), int(fields[1])):
            found.append(int(name))
            ticks += int(fields[11]) + int(fields[12])
    return found, ticks / os.sysconf("SC_CLK_TCK")


def rate(clients, window, size, joined):
    """How many datagrams come back in a second, if each client has at most `window` under way; and how many are lost."""
    sockets = []
    for _ in range(clients):
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.connect(("127.0.0.1", 8083))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 200_000))
        # One after the other, since socat loses what comes while it starts a process.
        while True:
            try:
                client.send(bytes(size))
                client.recv(size)
                break
            except OSError:
                pass
        if joined:
            join(client, size)
        sockets.append(client)
    batch, returned, lost = Batch(window, size), 0, 0

    def send(client):
        if joined:
            client.send(bytes(size * window))
        else:
            batch.send(client.fileno(), window)

    def receive(client):
        if not joined:
            return batch.receive(client.fileno())
        try:
            return len(client.recv(65536)) // size
        except OSError:
            return 0

    begin = time.monotonic()
    while time.monotonic() - begin < 1:
        for client in sockets:
            send(client)
        for client in sockets:
            left = window
            while left > 0:
                if (count := receive(client)) <= 0:
                    lost += left
                    break
                left -= count
                returned += count
    elapsed = time.monotonic() - begin
    for client in sockets:
        client.close()
    return returned / elapsed, lost


def compare(title, clients, window, size, joined=False):
    programs = {"ours": [f"{binaries}/lowport-forward", "-u", "127.0.0.1:8083", "127.0.0.1:8080"]}
    if socat := shutil.which("socat"):
        programs["socat"] = [socat, "UDP4-LISTEN:8083,fork,reuseaddr", "UDP4:127.0.0.1:8080"]
    server = os.fork()
    if server == 0:
        echo(size, joined)
    values = {name: [] for name in programs}
    for round in range(rounds + 1):
        for name, command in programs.items():
            forwarder = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            while not bound(8083) or not bound(8080):
                time.sleep(0.001)
            figure, lost = rate(clients, window, size, joined)
            found, seconds = children(forwarder.pid)
            for process in found:
                os.kill(process, signal.SIGKILL)
            forwarder.wait()
            while bound(8083):
                time.sleep(0.001)
            if round > 0:
                values[name].append((figure, seconds / figure * 1e6, lost))
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
    rates = {name: statistics.median(value[0] for value in found) for name, found in values.items()}
    costs = {name: statistics.median(value[1] for value in found) for name, found in values.items()}
    losses = {name: sum(value[2] for value in found) for name, found in values.items()}
    text = "  ".join(f"{name} {rates[name]:.4g} ({costs[name]:.2g} us each, {losses[name]} lost)" for name in programs)
    print(f"{title:<34} {'1/s':<6} {text}")
    if "socat" in rates:
        print(f"{'':<41} to socat {rates['ours'] / rates['socat']:.2f} (more is better)", flush=True)


compare("datagrams of 100 bytes, one by one", 1, 1, 100)
compare("datagrams of 100 bytes, 32 at once", 1, 32, 100)
compare("datagrams of 1200 bytes, 32 at once", 1, 32, 1200)
compare("datagrams of 1200 bytes, 8 clients", 8, 16, 1200)
compare("datagrams of 1200 bytes, joined", 8, 16, 1200, joined=True)
