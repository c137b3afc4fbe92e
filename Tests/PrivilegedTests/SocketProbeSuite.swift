// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

/// Tests of a server that takes its sockets from LowportSockets.
protocol SocketProbeSuite: SandboxSuite {}

extension SocketProbeSuite {
    /// The helper is where packages put it, and `socket-probe` is in the path; `activate` binds sockets, and becomes a
    /// program that it passes them to.
    static var prelude: String {
        """
        mount -t tmpfs -o mode=0755 tmpfs /usr/libexec; mkdir /usr/libexec/lowport
        mount --bind $LIBEXEC /usr/libexec/lowport
        cp "$PRODUCTS/socket-probe" $BIN/
        cat > activate.py <<'END'
        import os, socket, sys
        # NAMES KIND,HOST,PORT... -- COMMAND...
        end = sys.argv.index("--")
        names, places, command = sys.argv[1], sys.argv[2:end], sys.argv[end + 1:]
        sockets = []
        for kind, host, port in (place.split(",") for place in places):
            if kind == "unix":
                one = socket.socket(socket.AF_UNIX)
                one.bind("\\0" + host)
            else:
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                one = socket.socket(family, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
                if family == socket.AF_INET6: one.setsockopt(41, 26, int(kind == "tcp6"))
                one.bind((host, int(port)))
                if kind != "udp": one.listen(5)
                if kind == "accepted":
                    client = socket.create_connection((host, int(port)))
                    os.set_inheritable(client.fileno(), True)
                    listener, (one, _) = one, one.accept()
                    listener.close()
            sockets.append(one)
        for number, one in enumerate(sockets): os.dup2(one.fileno(), 100 + number)
        for number, one in enumerate(sockets):
            os.dup2(100 + number, 3 + number)
            os.close(100 + number)
        os.environ.update(LISTEN_FDS=str(len(sockets)), LISTEN_PID=str(os.getpid()))
        if names: os.environ["LISTEN_FDNAMES"] = names
        os.environ.update(word.split("=") for word in os.environ.pop("MORE", "").split())
        os.execvp(command[0], command)
        END
        activate() { python3 activate.py "$@"; }
        # For activate, which has to bind before it becomes the program of that user.
        ALICE="setpriv --reuid alice --regid alice --clear-groups"

        """
    }
}
