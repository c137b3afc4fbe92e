# SPDX-License-Identifier: Apache-2.0
# echo.py tcp|udp PORT: ends with 0 if what it sends to that port of this machine comes back.
import socket
import sys

kind = socket.SOCK_STREAM if sys.argv[1] == "tcp" else socket.SOCK_DGRAM
with socket.socket(socket.AF_INET, kind) as peer:
    peer.settimeout(10)
    peer.connect(("127.0.0.1", int(sys.argv[2])))
    peer.sendall(b"low port")
    sys.exit(peer.recv(100) != b"low port")
