// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What people type by mistake, and what they are told: one line that says what is wrong, and one that helps.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct MistakesTests {
    private static let prelude = """
        cd /mnt/work; PATH=/mnt/bin:/usr/bin:/bin; printf '#!/no/python\n' > greeting; chmod 755 greeting; printf 'echo hello\n' > plain
        printf '\\357\\273\\277allow user alice tcp 80\n' > marked; printf 'alow user alice tcp 80\n' > spelt
        try() { echo "$ lowport $*"; s=0; as alice lowport "$@" 2>&1 </dev/null | head -n 4 || s=$?; }

        """

    private func expect(_ script: String, _ expected: ByteString) async throws {
        let outcome = try await Sandbox.run(Self.prelude + script)
        #expect(outcome.errors == "" && outcome.output == expected, "\(outcome)")
    }

    @Test func `words that are no verbs`() async throws {
        try await expect(
            """
            try allow 80; try remove 80; try deny 80; try status; try why 80; try grnat 80; try frobnicate; try version; try -V
            try enforce enabel; try enforce frobnicate; try help grnat; try help enforce enabel
            for verb in run forward; do try $verb --version; done
            """,
            """
            $ lowport allow 80
            lowport: unknown command allow
            hint: lowport grant allows a port
            $ lowport remove 80
            lowport: unknown command remove
            hint: lowport revoke takes a rule back
            $ lowport deny 80
            lowport: unknown command deny
            hint: what no rule allows is refused: lowport revoke takes a rule back
            $ lowport status
            lowport: unknown command status
            hint: lowport list shows who may bind what, lowport doctor what does not work
            $ lowport why 80
            lowport: unknown command why
            hint: lowport explain says why
            $ lowport grnat 80
            lowport: unknown command grnat
            hint: did you mean lowport grant?
            $ lowport frobnicate
            lowport: unknown command frobnicate
            hint: lowport --help names them all
            $ lowport version
            lowport \(ProjectVersion.current)
            $ lowport -V
            lowport \(ProjectVersion.current)
            $ lowport enforce enabel
            lowport: unknown command enforce enabel
            hint: did you mean lowport enforce enable?
            $ lowport enforce frobnicate
            lowport: unknown command enforce frobnicate
            hint: lowport enforce --help names them all
            $ lowport help grnat
            lowport: unknown command grnat
            hint: did you mean lowport grant?
            $ lowport help enforce enabel
            lowport: unknown command enforce enabel
            hint: did you mean lowport enforce enable?
            $ lowport run --version
            lowport \(ProjectVersion.current)
            $ lowport forward --version
            lowport \(ProjectVersion.current)

            """
        )
    }

    @Test func `options and values`() async throws {
        try await expect(
            """
            try grant 80; try grant 80 --user nosuch; try grant 80 --proto tcp --user alice; try grant 80 --user
            try grant 80/tcp,443/udp --user alice; try grant 80/udp --tcp --user alice; try grant 0 --user alice
            try grant 99999 --user alice; try grant 90-80 --user alice; try grant htpt --user alice; try grant --user alice
            try grant 80 --user alice --until yesterday; try grant 80 --user alice --until 2026-02-30
            try grant 80 --user alice --for 2; try grant 80 --user alice --on eth0; try grant 80 --uid x
            try grant 80 --user alice --comment --foo; try enforce enable --bogus; try enforce enable --cgruop /x
            """,
            """
            $ lowport grant 80
            lowport: give exactly one of --user, --group, --uid, --gid or --everyone
            hint: lowport grant --help
            $ lowport grant 80 --user nosuch
            lowport: no such user: nosuch
            hint: for a number, use --uid
            $ lowport grant 80 --proto tcp --user alice
            lowport: unknown option --proto
            hint: did you mean --protocol?
            $ lowport grant 80 --user
            lowport: --user needs a value
            hint: lowport grant --help
            $ lowport grant 80/tcp,443/udp --user alice
            lowport: ports 80/tcp,443/udp: the ports of one command have one protocol: use a command for each
            hint: lowport grant --help
            $ lowport grant 80/udp --tcp --user alice
            lowport: the ports of one command have one protocol: use a command for each
            hint: lowport grant --help
            $ lowport grant 0 --user alice
            lowport: ports 0: a port is a number from 1 to 65535
            hint: lowport grant --help
            $ lowport grant 99999 --user alice
            lowport: ports 99999: a port is a number from 1 to 65535
            hint: lowport grant --help
            $ lowport grant 90-80 --user alice
            lowport: ports 90-80: the range ends before it begins; did you mean 80-90?
            hint: lowport grant --help
            $ lowport grant htpt --user alice
            lowport: ports htpt: there is no service of that name; did you mean http?
            hint: lowport grant --help
            $ lowport grant --user alice
            lowport: the ports are missing
            hint: lowport grant --help
            $ lowport grant 80 --user alice --until yesterday
            lowport: --until yesterday: expected a time such as 2031-12-31, tomorrow 18:00 or 2031-12-31T18:00:00Z
            hint: lowport grant --help
            $ lowport grant 80 --user alice --until 2026-02-30
            lowport: --until 2026-02-30: there is no such day
            hint: lowport grant --help
            $ lowport grant 80 --user alice --for 2
            lowport: --for 2: expected a number with a unit, such as 90s, 30m, 2h, 7d or 1w
            hint: lowport grant --help
            $ lowport grant 80 --user alice --on eth0
            lowport: --on eth0: expected addresses such as 127.0.0.1, ::1 or 10.0.0.0/8
            hint: lowport grant --help
            $ lowport grant 80 --uid x
            lowport: --uid x: expected a number from 0 to 4294967295
            hint: lowport grant --help
            $ lowport grant 80 --user alice --comment --foo
            lowport: --comment needs a value
            hint: lowport grant --help
            $ lowport enforce enable --bogus
            lowport: unknown option --bogus
            hint: lowport enforce enable --help
            $ lowport enforce enable --cgruop /x
            lowport: unknown option --cgruop
            hint: did you mean --cgroup?

            """
        )
    }

    @Test func `options and words in the wrong place`() async throws {
        try await expect(
            """
            try grant 80 -u alice; try grant 80 -x; try grant 80 --port 81 --user alice; try grant 80 alice
            try grant 80 --every-port --user alice; try grant --program nosuch; try revoke 80 --for 2h --user alice
            try enforce --cgroup / enable; try explain 80 nc -l 80; try explain 80 nc; try metrics --format xml; try apply rules --name a/b
            try forward 80; try forward 80 8080; try run --via kernal true; try run --listen http true
            """,
            """
            $ lowport grant 80 -u alice
            lowport: unknown option -u
            hint: did you mean --user?
            $ lowport grant 80 -x
            lowport: unknown option -x
            hint: lowport grant --help
            $ lowport grant 80 --port 81 --user alice
            lowport: unknown option --port
            hint: ports are given without an option
            $ lowport grant 80 alice
            lowport: ports alice: there is no service of that name
            hint: did you mean --user alice?
            $ lowport grant 80 --every-port --user alice
            lowport: --every-port is for --program with ports, without a user or a group
            hint: lowport grant --help
            $ lowport grant --program nosuch
            lowport: cannot look at nosuch: no such file or directory
            hint: give the path of the program
            $ lowport revoke 80 --for 2h --user alice
            lowport: unknown option --for
            hint: lowport revoke --help
            $ lowport enforce --cgroup / enable
            lowport: unknown option --cgroup
            hint: it follows the command: lowport enforce enable --cgroup
            $ lowport explain 80 nc -l 80
            lowport: unknown option -l
            hint: a program and its arguments follow after --
            $ lowport explain 80 nc
            lowport: unexpected word nc
            hint: a program and its arguments follow after --
            $ lowport metrics --format xml
            lowport: --format xml: expected openmetrics or prometheus
            hint: lowport metrics --help
            $ lowport apply rules --name a/b
            lowport: --name a/b: expected letters, digits, -, _ and dots, and no dot first
            $ lowport forward 80
            lowport-forward: the target HOST:PORT is missing
            usage: lowport-forward [-nuv] [--max-conns COUNT] [--idle-timeout TIME] [--keep-alive SECONDS]
                   [--workers COUNT] [--proxy-protocol] [--proxy-protocol-v2] [--metrics-socket PATH]
                   [ADDRESS:]PORT HOST:PORT [[ADDRESS:]PORT HOST:PORT ...]
            $ lowport forward 80 8080
            lowport-forward: 8080: expected HOST:PORT, such as localhost:8080
            $ lowport run --via kernal true
            lowport-run: --via kernal: expected auto, kernel, preload, broker or ambient
            usage: lowport run [--via auto|kernel|preload|broker] [--supervisor auto|beside|above] [--verbose]
                       [--] PROGRAM [ARGUMENT ...]
                   lowport run --listen [tcp:|udp:][ADDRESS:]PORT ... [--] PROGRAM [ARGUMENT ...]
            $ lowport run --listen http true
            lowport-run: --listen http: expected [tcp:|udp:][ADDRESS:]PORT
            usage: lowport run [--via auto|kernel|preload|broker] [--supervisor auto|beside|above] [--verbose]
                       [--] PROGRAM [ARGUMENT ...]
                   lowport run --listen [tcp:|udp:][ADDRESS:]PORT ... [--] PROGRAM [ARGUMENT ...]

            """
        )
    }

    @Test func `questions`() async throws {
        try await expect(
            """
            try explain; try explain 80 81; try explain 80-90; try explain 80 --on localhost; try explain 80 --pid 999999
            try explain 80 --progam x; try list --user alcie; try list extra; try log --outcome nothing; try threshold x; try can-bind
            try check spelt; try check marked
            """,
            """
            $ lowport explain
            lowport: the port is missing
            hint: lowport explain --help
            $ lowport explain 80 81
            lowport: unexpected word 81
            hint: lowport explain --help
            $ lowport explain 80-90
            lowport: port 80-90: expected a single port
            hint: lowport explain --help
            $ lowport explain 80 --on localhost
            lowport: --on localhost: localhost is two addresses: name 127.0.0.1 or ::1
            hint: lowport explain --help
            $ lowport explain 80 --pid 999999
            lowport: cannot look at process 999999: no such file or directory
            $ lowport explain 80 --progam x
            lowport: unknown option --progam
            hint: did you mean --program?
            $ lowport list --user alcie
            lowport: no such user: alcie
            hint: did you mean alice?
            $ lowport list extra
            lowport: unexpected word extra
            hint: lowport list --help
            $ lowport log --outcome nothing
            lowport: --outcome nothing: expected allowed, refused, failed or left
            hint: lowport log --help
            $ lowport threshold x
            lowport: number x: expected a number from 0 to 65535
            hint: lowport threshold --help
            $ lowport can-bind
            lowport: the port is missing
            hint: lowport can-bind --help
            $ lowport check spelt
            spelt:1:1: error: found "alow", expected "allow" or "confine"; did you mean "allow"?
            $ lowport check marked
            marked:1:1: error: a byte order mark (U+FEFF) is before the text; save the file as UTF-8 without one

            """
        )
    }

    @Test func `programs that do not start`() async throws {
        try await expect(
            "mkdir -- -x; cp plain -- -x/plain; try run /tmp; try run ./greeting; try run ./plain; try run -- -x/plain; try run greeting; try run nosuch; try run --bogus true",
            """
            $ lowport run /tmp
            lowport-run: cannot run /tmp: it is a directory
            $ lowport run ./greeting
            lowport-run: cannot run ./greeting: its interpreter /no/python does not exist
            $ lowport run ./plain
            lowport-run: cannot run ./plain: the file is not executable
            hint: chmod +x ./plain
            $ lowport run -- -x/plain
            lowport-run: cannot run -x/plain: the file is not executable
            hint: chmod +x ./-x/plain
            $ lowport run greeting
            lowport-run: cannot run greeting: no such file or directory
            hint: a file of this directory is ./greeting
            $ lowport run nosuch
            lowport-run: cannot run nosuch: no such file or directory
            $ lowport run --bogus true
            lowport-run: unknown option --bogus
            usage: lowport run [--via auto|kernel|preload|broker] [--supervisor auto|beside|above] [--verbose]
                       [--] PROGRAM [ARGUMENT ...]
                   lowport run --listen [tcp:|udp:][ADDRESS:]PORT ... [--] PROGRAM [ARGUMENT ...]

            """
        )
    }

    /// The words mean what people mean by them.
    @Test func `what looks like a mistake and is none`() async throws {
        try await expect(
            """
            export TZ=CET-1CEST,M3.5.0,M10.5.0/3
            dry() { lowport grant "$@" --user alice --dry-run; }
            dry 53/udp; dry 53 --udp; dry 53 --udp --tcp; dry 53 --protocol tcp,udp; dry 53/udp,67/udp
            dry 80 --on localhost; dry 80 --on '[::1]'; dry 80 --until 2100-01-31; dry 80 --until '2100-07-31 18:00'
            dry 80 --until 2100-07-31T18:00:00+01:00; dry 80 --until tomorrow > out && echo tomorrow
            lowport grant 53/udp --user alice -q; as alice lowport can-bind 53/udp && as alice lowport can-bind 53 --udp && echo udp
            as alice lowport can-bind 53 --tcp || echo no tcp; as alice lowport explain 53/udp | head -n 1
            as alice lowport explain 53/tcp --udp 2>&1 || echo "status $?"
            """,
            """
            would be added: allow user alice udp 53
            would be added: allow user alice udp 53
            would be added: allow user alice tcp,udp 53
            would be added: allow user alice tcp,udp 53
            would be added: allow user alice udp 53,67
            would be added: allow user alice tcp 80 on 127.0.0.1,::1
            would be added: allow user alice tcp 80 on ::1
            would be added: allow user alice tcp 80 until 2100-01-31T23:00:00Z
            would be added: allow user alice tcp 80 until 2100-07-31T16:00:00Z
            would be added: allow user alice tcp 80 until 2100-07-31T17:00:00Z
            tomorrow
            udp
            no tcp
            user alice can bind udp 53 by rule /etc/lowport/rules:1, started with lowport run or authbind
            lowport: the port has two protocols: give one of them
            hint: lowport explain --help
            status 64

            """
        )
    }
}
