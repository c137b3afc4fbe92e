// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A loopback interface of its own for one test, so that every port is free and no traffic leaves. Needs root.
package enum PrivateNetwork {
    /// Runs `script` under `sh -u` in a new network, and waits for its end, three minutes at most, which only a script that
    /// hangs takes; its processes end with it.
    ///
    /// The script has
    /// - `$NC`: the netcat that is tried, called by the name `nc`;
    /// - `$T`: an empty directory, which is the working directory;
    /// - `listening PORT`, `bound PORT`: wait until something listens on a TCP port, has a UDP port;
    /// - `listening_at PATH`: waits until a stream socket listens at a path;
    /// - `until_true COMMAND…`: runs a command until it succeeds, for five seconds at most;
    /// - `status NAME COMMAND…`: runs a command and then prints `NAME: ` and its exit status.
    /// - Parameter netcat: the path of the program that `$NC` stands for.
    package static func run(_ script: String, netcat: String, name: String = "nc") async throws -> Outcome {
        await Gate.shared.enter()
        defer { Task { await Gate.shared.leave() } }
        let values = ["NETCAT": netcat, "CALLED": name, "LC_ALL": "C", "PRODUCTS": Products.directory]
        return try await TestSupport.run(
            "timeout",
            [
                "--signal=KILL", "180", "unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh",
                "-u", "-c",
                ByteString(prelude + script),
            ],
            environment: values
        )
    }

    private static let prelude = """
        ip link set lo up
        T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; cd "$T"
        mkdir .bin; cp "$NETCAT" ".bin/$CALLED"
        PATH=$T/.bin:$PATH NC=$CALLED
        until_true() {
            tries=500
            until "$@"; do
                tries=$((tries - 1))
                [ $tries -gt 0 ] || { echo "never true: $*" >&2; return 1; }
                sleep 0.01
            done
        }
        has_tcp() { grep -q ": [0-9A-F]*:$(printf %04X "$1") [0-9A-F:]* 0A " /proc/net/tcp /proc/net/tcp6; }
        has_udp() { grep -q ": [0-9A-F]*:$(printf %04X "$1") " /proc/net/udp /proc/net/udp6; }
        listening() { until_true has_tcp "$1"; }
        bound() { until_true has_udp "$1"; }
        listening_at() { until_true grep -q " 00010000 .* $1$" /proc/net/unix; }
        status() { label=$1; shift; "$@"; echo "$label: $?"; }

        """
}

/// Lets a few scripts run at a time: each has processes that wait for each other, and a machine has few processors.
private actor Gate {
    static let shared = Gate(places: 6)

    private var places: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int) { self.places = places }

    func enter() async {
        if places > 0 {
            places -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
    }
}
