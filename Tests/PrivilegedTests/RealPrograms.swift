// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A server that nobody here wrote, from Debian's packages, and how it is made to serve on port 80.
struct RealProgram: Sendable, CustomTestStringConvertible {
    let name: String
    /// Shell commands, as root and in an empty directory that alice may write to.
    let setup: String
    /// The command that alice runs.
    let command: String
    /// The shell command that succeeds when it serves.
    let probe: String
    /// The engines that are meant to reach it.
    let engines: [String]

    init(
        _ name: String,
        setup: String = ":",
        _ command: String,
        probe: String = "curl -s -o page http://127.0.0.1/",
        engines: [String] = [
            "$BIN/authbind --via preload --deep", "$LIBEXEC/lowport-run --via broker", "$BIN/authbind",
        ]
    ) {
        self.name = name
        self.setup = setup
        self.command = command
        self.probe = probe
        self.engines = engines
    }

    var testDescription: String { name }

    static var caddyIsThere: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/caddy") }

    private static let broker = ["$LIBEXEC/lowport-run --via broker", "$BIN/authbind", "$LIBEXEC/lowport-run"]
    private static let tree = ["$BIN/authbind --via preload --deep", "$LIBEXEC/lowport-run"]
    private static let nodeServer = "require('http').createServer((q, r) => r.end('ok')).listen(80"

    static var all: [RealProgram] { web + languages + withoutLibc }

    private static let web = [
        RealProgram(
            "nginx, two workers, a port added by a reload",
            setup: """
                printf '%s\\n' 'worker_processes 2; pid nginx.pid; error_log stderr; events {}' \\
                    'http { access_log off; client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t;' \\
                    'uwsgi_temp_path t; scgi_temp_path t; server { listen 80; listen [::]:80; return 200 ok; } }' > nginx.conf
                sed 's/listen 80;/listen 80; listen 81;/' nginx.conf > more.conf; chown alice nginx.conf more.conf
                """,
            "nginx -p $T/ -c $T/nginx.conf -g 'daemon off;'",
            probe: """
                curl -s -o page http://127.0.0.1/ && curl -s -o page 'http://[::1]/' && as alice cp more.conf nginx.conf &&
                    kill -HUP $(cat nginx.pid) &&
                    timeout 15 sh -c 'until curl -s -o page http://127.0.0.1:81/; do sleep 0.05; done'
                """
        ),
        RealProgram(
            "haproxy with a master, a port added by a reload",
            setup: """
                printf '%s\\n' 'defaults' ' mode http' ' timeout client 1s' ' timeout server 1s' ' timeout connect 1s' \\
                    'frontend f' ' bind :80' ' http-request return status 200 content-type text/plain string ok' > h.cfg
                sed 's/ bind :80/ bind :80\\n bind :81/' h.cfg > more.cfg; chown alice h.cfg
                """,
            "haproxy -W -p $T/h.pid -f $T/h.cfg",
            probe: """
                curl -s -o page http://127.0.0.1/ && as alice cp more.cfg h.cfg && kill -USR2 $(head -n 1 h.pid) &&
                    timeout 15 sh -c 'until curl -s -o page http://127.0.0.1:81/; do sleep 0.05; done'
                """,
            engines: tree
        ),
        RealProgram(
            "lighttpd",
            setup:
                "printf '%s\\n' 'server.port = 80' 'server.document-root = \"/mnt/work\"' 'dir-listing.activate = \"enable\"' 'server.modules += (\"mod_dirlisting\")' > l.conf",
            "lighttpd -D -f $T/l.conf"
        ),
        RealProgram(
            "apache, prefork",
            setup: """
                M=/usr/lib/apache2/modules
                printf '%s\\n' "LoadModule mpm_prefork_module $M/mod_mpm_prefork.so" "LoadModule authz_core_module $M/mod_authz_core.so" \\
                    'Listen 80' 'ServerName x' "PidFile $T/a.pid" "ErrorLog $T/a.log" "DocumentRoot $T" > a.conf; echo ok > index.html
                """,
            "apache2 -d $T -f $T/a.conf -X",
            probe: "curl -s -o page http://127.0.0.1/index.html"
        ),
        RealProgram("socat", "socat TCP-LISTEN:80,reuseaddr,fork SYSTEM:'echo HTTP/1.0 200 OK; echo; echo ok'"),
    ]

    private static let languages = [
        RealProgram("node", "node -e \"\(nodeServer))\""),
        RealProgram("node, one address", "node -e \"\(nodeServer), '127.0.0.1')\""),
        RealProgram(
            "node, cluster",
            setup: """
                printf '%s\\n' "const c = require('cluster');" "if (c.isPrimary) { c.fork(); c.fork(); } else \(nodeServer))" > c.js
                """,
            "node $T/c.js",
            engines: tree
        ),
        RealProgram(
            "node, udp",
            "node -e \"const s = require('dgram').createSocket('udp4'); s.on('message', (m, r) => s.send('ok', r.port, r.address)); s.bind(80)\"",
            probe: "[ \"$(echo x | socat -t 1 - UDP:127.0.0.1:80)\" = ok ]"
        ),
        RealProgram(
            "node behind env",
            setup: "printf '%s\\n' '#!/usr/bin/env node' \"\(nodeServer))\" > server.js; chmod 755 server.js",
            "$T/server.js"
        ),
        RealProgram("python", "/usr/bin/python3 -m http.server 80"),
        RealProgram(
            "python, spawned process",
            setup: """
                cat > spawn.py <<'END'
                import http.server, multiprocessing
                def serve(): http.server.HTTPServer(("", 80), http.server.SimpleHTTPRequestHandler).serve_forever()
                if __name__ == "__main__":
                    multiprocessing.set_start_method("spawn"); p = multiprocessing.Process(target=serve); p.start(); p.join()
                END
                """,
            "/usr/bin/python3 $T/spawn.py",
            engines: tree
        ),
        RealProgram(
            "java, dual stack",
            setup: """
                cat > S.java <<'END'
                public class S { public static void main(String[] a) throws Exception {
                    var s = com.sun.net.httpserver.HttpServer.create(new java.net.InetSocketAddress(80), 0);
                    s.createContext("/", x -> { x.sendResponseHeaders(200, 2); x.getResponseBody().write("ok".getBytes()); x.close(); });
                    s.start(); } }
                END
                """,
            "java -Xshare:auto -XX:TieredStopAtLevel=1 $T/S.java"
        ),
    ]

    private static let withoutLibc = [
        RealProgram("busybox, linked statically", "/usr/bin/busybox httpd -f -p 80 -h $T", engines: broker),
        RealProgram(
            "go",
            setup: """
                cat > s.go <<'END'
                package main
                import ("net"; "io")
                func main() { l, e := net.Listen("tcp", ":80"); if e != nil { panic(e) }
                    for { c, _ := l.Accept(); io.WriteString(c, "HTTP/1.0 200 OK\\r\\n\\r\\nok"); c.Close() } }
                END
                HOME=$T GOCACHE=$T/cache GOFLAGS=-mod=mod CGO_ENABLED=0 go build -o server s.go
                """,
            "$T/server",
            engines: broker
        ),
        RealProgram(
            "go, linked with C",
            setup: """
                cat > s.go <<'END'
                package main
                // #include <stdlib.h>
                import "C"
                import ("net"; "io")
                func main() { C.abs(1); l, e := net.Listen("tcp", ":80"); if e != nil { panic(e) }
                    for { c, _ := l.Accept(); io.WriteString(c, "HTTP/1.0 200 OK\\r\\n\\r\\nok"); c.Close() } }
                END
                HOME=$T GOCACHE=$T/cache GOFLAGS=-mod=mod CGO_ENABLED=1 go build -ldflags=-linkmode=external -o server s.go
                """,
            "$T/server",
            engines: broker
        ),
        RealProgram(
            "32-bit, without a library",
            setup: """
                cat > s.c <<'END'
                static int call(int n, int a, int b, int c)
                { int r; __asm__ volatile("int $0x80" : "=a"(r) : "a"(n), "b"(a), "c"(b), "d"(c) : "memory"); return r; }
                void _start(void) {
                    unsigned at[4] = {0x50000002, 0x0100007f, 0, 0}, args[3];
                    int tcp = call(359, 2, 1, 0), bound = call(361, tcp, (int)at, 16);
                    args[0] = call(359, 2, 2, 0); args[1] = (unsigned)at; args[2] = 16;
                    if (bound == 0 && call(102, 2, (int)args, 0) == 0) call(8, (int)"served", 0644, 0);
                    call(1, 0, 0, 0); }
                END
                clang -m32 -nostdlib -static -ffreestanding -fno-stack-protector -o server s.c
                """,
            "$T/server",
            probe: "[ -e served ]",
            engines: broker
        ),
        RealProgram(
            "musl, linked dynamically",
            setup: """
                cat > s.c <<'END'
                #include <netinet/in.h>
                #include <sys/socket.h>
                #include <fcntl.h>
                int main(void) { struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(80)};
                    return bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&a, sizeof a) ? 1 : creat("served", 0644) < 0; }
                END
                musl-gcc -o server s.c
                """,
            "$T/server",
            probe: "[ -e served ]"
        ),
    ]
}
