// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `lowport grant 80,443 --program FILE`, for programs that nobody here wrote.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct RealProgramRuleTests: KernelSuite {
    /// `given FILE...`: copies in `$P`, whose files nobody else on the machine sees, and their grants.
    static let prelude: ByteString = """
        P=/usr/local/bin; mount -t tmpfs -o mode=755 tmpfs $P; enable
        given() { for file; do cp $file $P/; lowport grant 80,443 --program $P/${file##*/} -q; done; }

        """

    private static let nginx: ByteString = """
        given /usr/sbin/nginx
        # `configure DIRECTIVE PORT...`; the file keeps its owner.
        configure() {
            directive=$1; shift
            printf '%s\\n' "$directive" "worker_processes 2; pid $T/nginx.pid; error_log stderr; events {}" \\
                'http { access_log off; client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t;' \\
                'uwsgi_temp_path t; scgi_temp_path t; server { return 200 "serves\\n";' > nginx.conf
            for port; do echo "listen $port;" >> nginx.conf; done; echo '} }' >> nginx.conf
        }
        refused() { grep -o '[^ ]* failed ([0-9]*' $1; }
        # `serve USER`: in the background, until it serves; `reload`: with what nginx.conf is now.
        serve() {
            as $1 $P/nginx -p $T/ -c $T/nginx.conf -g 'daemon off;' 2> log &
            until curl -s http://127.0.0.1/; do kill -0 $!; sleep 0.05; done
        }
        reload() { kill -HUP $(cat nginx.pid); }
        capable() {
            for process in $(cat nginx.pid) $(pgrep -P $(cat nginx.pid)); do
                sed -n 's/^Uid:.\\([0-9]*\\).*/\\1/p; s/^CapEff:.0*\\(.*\\)/\\1/p' /proc/$process/status | xargs echo
            done
        }

        """

    @Test("nginx of an ordinary user serves its ports, and adds no other by a reload")
    func nginxOfAUser() async throws {
        expect(
            try await enforced(
                Self.prelude + Self.nginx + """
                    for port in 81 22; do
                        configure '' 80 $port; as alice $P/nginx -p $T/ -c $T/nginx.conf -g 'daemon off;' 2> log || refused log
                    done
                    configure '' 80 '[::]:80'; serve alice; curl -s 'http://[::1]/'; capable
                    configure '' 80 443; reload; until curl -s http://127.0.0.1:443/; do sleep 0.05; done
                    configure '' 80 443 81; reload; until refused log; do sleep 0.05; done
                    curl -s http://127.0.0.1:443/; curl -s http://127.0.0.1:81/ || echo "nobody"
                    echo "others"; try_bind alice 127.0.0.2 80
                    configure '' 127.0.0.2:80; as alice /usr/sbin/nginx -p $T/ -c $T/nginx.conf -g 'daemon off;' 2> log || refused log
                    kill $(cat nginx.pid); wait
                    """
            ),
            """
            0.0.0.0:81 failed (1
            0.0.0.0:22 failed (1
            serves
            serves
            1001 400
            1001 400
            1001 400
            serves
            0.0.0.0:81 failed (1
            serves
            nobody
            others
            EACCES
            127.0.0.2:80 failed (13

            """
        )
    }

    @Test("nginx of root with workers of another user is confined as well") func nginxOfRoot() async throws {
        expect(
            try await enforced(
                Self.prelude + Self.nginx + """
                    configure 'user bob bob;' 80; serve root; capable | sed 's/1*f*e*f*$//'
                    configure 'user bob bob;' 80 443; reload; until curl -s http://127.0.0.1:443/; do sleep 0.05; done
                    configure 'user bob bob;' 80 443 81; reload; until refused log; do sleep 0.05; done
                    kill $(cat nginx.pid); wait
                    """
            ),
            """
            serves
            0 
            1002
            1002
            serves
            0.0.0.0:81 failed (1

            """
        )
    }

    @Test("node: its clusters, threads and children that execute it bind its ports, other children none")
    func node() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    given $(readlink -f /usr/bin/node || readlink -f /usr/local/bin/node)
                    cat > bind.js <<'END'
                    const port = process.argv[2], end = said => { console.log(port, said); process.exit(); };
                    require('net').createServer().on('error', e => end(e.code)).listen(+port, '127.0.0.1', () => end('bound'));
                    END
                    cat > cluster.js <<'END'
                    const cluster = require('cluster');
                    if (cluster.isPrimary) cluster.fork(); else require('./bind.js');
                    END
                    cat > child.js <<'END'
                    const { spawnSync } = require('child_process');
                    for (const [file, ...words] of [[process.execPath, 'bind.js'], ['/usr/bin/python3', 'bind.py', '127.0.0.1']])
                        console.log(String(spawnSync(file, [...words, process.argv[2], 'tcp']).stdout).trim());
                    END
                    echo "new (require('worker_threads').Worker)('./bind.js', { argv: [process.argv[2]] })" > thread.js
                    for script in bind cluster thread child; do
                        echo $script; for port in 80 443 81 22; do as alice $P/node $script.js $port; done
                    done
                    """
            ),
            """
            bind
            80 bound
            443 bound
            81 EPERM
            22 EPERM
            cluster
            80 bound
            443 bound
            81 EPERM
            22 EPERM
            thread
            80 bound
            443 bound
            81 EPERM
            22 EPERM
            child
            80 bound
            EACCES
            443 bound
            EACCES
            81 EPERM
            EACCES
            22 EPERM
            EACCES

            """
        )
    }

    @Test("python: what it starts is allowed if it executes the same file") func python() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    given $(readlink -f /usr/bin/python3)
                    cat > start.py <<'END'
                    import subprocess, sys
                    for start in ([sys.executable], ["/usr/bin/python3"], ["sh", "-c", 'exec /usr/bin/python3 "$@"', "-"],
                        ["sh", "-c", '%s "$@"; exit' % sys.executable, "-"]):
                        for port in ("80", "81"):
                            subprocess.run(start + ["bind.py", "127.0.0.1", port, "tcp"])
                    END
                    as alice $P/python3* start.py
                    """
            ),
            """
            bound
            EPERM
            EACCES
            EACCES
            EACCES
            EACCES
            bound
            EPERM

            """
        )
    }

    @Test("A static program of Go, which no library can help") func go() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    cat > server.go <<'END'
                    package main
                    import ("errors"; "fmt"; "net"; "os"; "os/exec"; "syscall")
                    func main() {
                        if len(os.Args) > 2 {
                            child := exec.Command(os.Args[2], append(os.Args[3:], os.Args[1])...); child.Stdout = os.Stdout
                            if e := child.Run(); e != nil { panic(e) }
                            return
                        }
                        _, e := net.Listen("tcp", ":" + os.Args[1])
                        var number syscall.Errno
                        if errors.As(e, &number) { fmt.Println(number) } else { fmt.Println("listens") }
                    }
                    END
                    HOME=$T GOCACHE=$T/cache GOFLAGS=-mod=mod CGO_ENABLED=0 go build -o server server.go; cp server other
                    given server
                    for port in 80 443 81 22; do as alice $P/server $port; done; as alice ./other 80
                    echo "a child"; as alice $P/server 80 /proc/self/exe; as alice $P/server 80 ./other
                    """
            ),
            """
            listens
            listens
            operation not permitted
            operation not permitted
            permission denied
            a child
            listens
            permission denied

            """
        )
    }

    @Test("caddy, with its configuration replaced while it runs", .enabled(if: RealProgram.caddyIsThere, "needs caddy"))
    func caddy() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    given /usr/bin/caddy; mkdir home; chown alice home; A=127.0.0.1:2019
                    configure() {
                        printf '{"apps":{"http":{"servers":{"a":{"automatic_https":{"disable":true},"listen":["127.0.0.1:%s"],' $1
                        printf '"routes":[{"handle":[{"handler":"static_response","body":"port %s\\\\n"}]}]}}}}}' $1
                    }
                    for port in 80 443 81 22; do configure $port > $port.json; done
                    as alice env HOME=$T/home $P/caddy run --config 80.json 2> log &
                    until curl -s http://127.0.0.1/; do kill -0 $!; sleep 0.05; done
                    for port in 81 22 443; do
                        curl -s -H 'Content-Type: application/json' -d @$port.json http://$A/load | grep -o 'bind: [a-z ]*' || :
                    done
                    curl -s http://127.0.0.1:443/; curl -s http://127.0.0.1:81/ || echo "nobody"
                    curl -s -X POST http://$A/stop; wait
                    as alice env HOME=$T/home /usr/bin/caddy run --config 80.json 2>&1 | grep -o 'bind: [a-z ]*' | tail -1
                    """
            ),
            """
            port 80
            bind: operation not permitted
            bind: operation not permitted
            port 443
            nobody
            bind: permission denied

            """
        )
    }
}
