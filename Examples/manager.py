# SPDX-License-Identifier: Apache-2.0
# manager.py FILE: writes what it is told at the socket "manager" to FILE, as a service manager reads it (sd_notify(3)).
import os
import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told, open(sys.argv[1], "w", buffering=1) as file:
    told.bind("manager")
    os.chmod("manager", 0o777)
    while True:
        file.write(told.recv(4096).decode() + "\n")
