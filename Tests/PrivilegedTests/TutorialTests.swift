// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// The release, as `make build` made it, the way a user meets it.
@Suite(.enabled(if: Privilege.isRoot && Release.isBuilt, "needs root and make build")) struct TutorialTests {
    /// Every step of the tutorial, with real servers; the script compares and ends with 1 if anything differs.
    @Test("Every step of the tutorial works") func quickstart() async throws {
        let shell = "web id -un; sudo nc -h; lowport list; exit 3"
        let script = "echo '\(shell)' | '\(Release.repository)/Scripts/quickstart' --keep" as ByteString
        let outcome = try await run("sh", ["-c", script])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.description.contains(" 0 different"))
        #expect(outcome.output.description.contains("\nweb\n"))
    }

    /// Installs below a staging directory, moves the tree elsewhere and uses it there, and removes it again.
    @Test("The installation can be moved") func installationIsRelocatable() async throws {
        let outcome = try await Sandbox.run(
            """
            cd "$REPOSITORY"
            make -s install DESTDIR=$T/stage PREFIX=/opt/lowport >/dev/null
            (cd $T/stage && find . ! -type d) | grep -v share/man | sort
            mv $T/stage/opt/lowport $T/moved
            getcap $T/moved/libexec/lowport/lowport-helper | sed s,.*/,,
            install -m 755 /dev/null /etc/authbind/byport/80
            PATH=$T/moved/bin:/usr/bin:/bin
            as alice authbind nc -l 80 </dev/null & server=$!
            until grep -q ':0050 .* 0A ' /proc/net/tcp; do sleep 0.01; done
            nc -N 127.0.0.1 80 </dev/null
            wait $server
            mv $T/moved $T/stage/opt/lowport
            make -s uninstall DESTDIR=$T/stage PREFIX=/opt/lowport >/dev/null
            (cd $T/stage && find . ! -type d)
            """,
            environment: ["REPOSITORY": Release.repository]
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            outcome.output == """
                ./opt/lowport/bin/authbind
                ./opt/lowport/bin/getcap
                ./opt/lowport/bin/lowport
                ./opt/lowport/bin/nc
                ./opt/lowport/bin/netcat
                ./opt/lowport/bin/setcap
                ./opt/lowport/lib/systemd/catalog/lowport.catalog
                ./opt/lowport/lib/systemd/system/lowport-audit.service
                ./opt/lowport/lib/systemd/system/lowport-enforce.service
                ./opt/lowport/lib/systemd/system/lowport-metrics.service
                ./opt/lowport/lib/systemd/system/lowport-metrics.timer
                ./opt/lowport/lib/systemd/system/lowport-programs.path
                ./opt/lowport/lib/systemd/system/lowport-programs.service
                ./opt/lowport/libexec/lowport/liblowport-preload.so
                ./opt/lowport/libexec/lowport/lowport-admin
                ./opt/lowport/libexec/lowport/lowport-forward
                ./opt/lowport/libexec/lowport/lowport-helper
                ./opt/lowport/libexec/lowport/lowport-helper-nss
                ./opt/lowport/libexec/lowport/lowport-run
                ./opt/lowport/share/bash-completion/completions/lowport
                ./opt/lowport/share/bash-completion/completions/nc
                ./opt/lowport/share/bash-completion/completions/netcat
                ./opt/lowport/share/doc/lowport/prometheus/lowport-dashboard.json
                ./opt/lowport/share/doc/lowport/prometheus/lowport.rules.yml
                ./opt/lowport/share/fish/vendor_completions.d/lowport.fish
                ./opt/lowport/share/fish/vendor_completions.d/nc.fish
                ./opt/lowport/share/fish/vendor_completions.d/netcat.fish
                ./opt/lowport/share/zsh/site-functions/_lowport
                ./opt/lowport/share/zsh/site-functions/_lowport_nc
                lowport-helper cap_dac_read_search,cap_setpcap,cap_net_bind_service=p

                """
        )
    }

    /// Where the file system has no extended attributes, the helper becomes set-user-ID root and does the same work.
    @Test("Without extended attributes the helper is set-user-ID root") func fallsBackToSetUserID() async throws {
        let outcome = try await Sandbox.run(
            """
            mkdir $T/plain; mount -t ramfs ramfs $T/plain; chmod 755 $T/plain
            (cd "$REPOSITORY" && make -s install PREFIX=$T/plain DESTDIR= >/dev/null 2>$T/said)
            grep -c 'no extended attributes' $T/said
            stat -c '%a %U' $T/plain/libexec/lowport/lowport-helper $T/plain/libexec/lowport/lowport-helper-nss
            PATH=$T/plain/bin:/usr/bin:/bin
            lowport grant 80 --user alice >/dev/null
            as alice lowport run nc -l 80 </dev/null & server=$!
            until grep -q ':0050 .* 0A ' /proc/net/tcp; do sleep 0.01; done
            nc -N 127.0.0.1 80 </dev/null
            wait $server
            as bob lowport run nc -l 80 2>&1 | head -1
            # Only the helper may be set-id: what starts programs would lend them its rights.
            chmod 4755 $T/plain/bin/authbind $T/plain/bin/lowport
            as alice authbind true || echo $?
            as alice lowport run true || echo $?
            """,
            environment: ["REPOSITORY": Release.repository]
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            outcome.output
                == "2\n4755 root\n4755 root\nnc: bind to 0.0.0.0 port 80: Operation not permitted\n255\n125\n"
        )
        #expect(outcome.errors.description.contains("must not be installed set-"))
    }

    /// A static Go server makes its system calls itself: the broker reaches it, and the capability of the program does.
    @Test("A static Go server is reached") func staticGoServer() async throws {
        let outcome = try await Sandbox.run(
            """
            cat > $T/server.go <<'END'
            package main
            import ("fmt"; "net/http"; "os")
            func main() {
                http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "It works.") })
                fmt.Fprintln(os.Stderr, http.ListenAndServe("127.0.0.1:80", nil))
            }
            END
            GOCACHE=$T/cache GOFLAGS=-mod=mod CGO_ENABLED=0 HOME=$T go build -o $T/server $T/server.go
            as alice $T/server 2>&1 || true
            lowport grant 80 --user alice
            for way in "lowport run" authbind ""; do
                [ -n "$way" ] || setcap cap_net_bind_service+ep $T/server
                (exec setpriv --reuid alice --regid alice --init-groups $way $T/server) & server=$!
                until grep -q ':0050 .* 0A ' /proc/net/tcp; do sleep 0.01; done
                printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 127.0.0.1 80 | tail -n 1
                kill $server
                wait $server || true
                while grep -q ':0050 .* 0A ' /proc/net/tcp; do sleep 0.01; done
            done
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            outcome.output == """
                listen tcp 127.0.0.1:80: bind: permission denied
                added: allow user alice tcp 80
                It works.
                It works.
                It works.

                """
        )
    }
}
