// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// A sandbox in which the kernel can be made to hold processes to the rules: its own only, and nobody else on the machine.
enum KernelSandbox {
    /// Runs `script` in a sandbox, with a BPF file system and /run of its own, and
    /// - `$G`: a control group of its own, which the script's processes are in;
    /// - `enable`: `lowport enforce enable` for that group;
    /// - `status COMMAND...`: prints the exit status; what the command says is in the files `said` and `errors`;
    /// - `try_bind USER ADDRESS PORT [udp|only]`: prints `bound`, or the name of the error, with the plain system call.
    static func run(_ script: ByteString) async throws -> Outcome {
        try await Sandbox.run((prelude + script).description)
    }

    private static let prelude: ByteString = """
        mount -t tmpfs tmpfs /run; mount -t bpf bpf /sys/fs/bpf
        H=$(awk '{ for (i = 5; i < NF; i++) if ($i == "-" && $(i + 1) == "cgroup2") { print $5; exit } }' \
            /proc/self/mountinfo)
        G=$H/lowport-test-$(tr -d - < /proc/sys/kernel/random/uuid)
        mkdir "$G"
        leave() {
            lowport enforce disable > /dev/null 2>&1 || :
            echo 0 > "$H/cgroup.procs"
            # Servers that the script has left behind; their control group is to go with it.
            while read -r process; do kill -9 "$process" 2> /dev/null || :; done < "$G/cgroup.procs"
            until find "$G" -depth -type d -exec rmdir {} + 2> /dev/null; [ ! -d "$G" ]; do sleep 0.05; done
        }
        trap leave EXIT
        echo 0 > "$G/cgroup.procs"
        status() { "$@" > said 2>> errors && echo 0 || echo $?; }
        enable() { lowport enforce enable --cgroup "$G" "$@"; }
        cat > bind.py <<'END'
        import errno, socket, sys
        address, port, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        s = socket.socket(family, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if kind == "only": s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            s.bind((address, port))
            print("bound")
        except OSError as e:
            print(errno.errorcode[e.errno])
        END
        try_bind() { as "$1" /usr/bin/python3 bind.py "$2" "$3" "${4:-tcp}"; }

        """
}

/// Tests of scripts in a `KernelSandbox`.
protocol KernelSuite {}

extension KernelSuite {
    func enforced(_ script: ByteString) async throws -> Outcome { try await KernelSandbox.run(script) }

    func expect(_ outcome: Outcome, _ lines: ByteString, _ location: SourceLocation = #_sourceLocation) {
        #expect(outcome.output == lines, "\(outcome)", sourceLocation: location)
        #expect(outcome.status == 0, "\(outcome)", sourceLocation: location)
    }
}
