// SPDX-License-Identifier: Apache-2.0

/// What authbind 2.1.3 gets wrong in programs that it works inside of, and ours does not.
enum AuthbindBugCases {
    private static let open = AuthbindSocketCases.open

    private static func library(
        _ name: String,
        _ words: String,
        tree: String = open,
        differs: String? = nil,
        ours: String? = nil
    ) -> AuthbindCase { AuthbindSocketCases.library(name, words, tree: tree, differs: differs, ours: ours) }

    static let all: [AuthbindCase] = [
        library(
            "a port that needs no permission",
            "tcp4 bind 127.0.0.1 82",
            tree: "echo 80 > /proc/sys/net/ipv4/ip_unprivileged_port_start",
            differs: "the standard bind comes first",
            ours: "bind ok"
        ),
        AuthbindCase(
            "library: a program with the capability",
            setup: "echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start",
            "setpriv --reuid alice --regid alice --clear-groups --inh-caps +net_bind_service --ambient-caps +net_bind_service"
                + " $AUTHBIND $BIN/bind-probe tcp4 bind 127.0.0.1 82",
            differs: "the standard bind comes first",
            ours: "bind ok\nrc 0\n"
        ),
        library(
            "a high port that needs permission",
            "tcp4 bind 127.0.0.1 1500",
            tree: "allow 'byport/!1500'; echo 2000 > /proc/sys/net/ipv4/ip_unprivileged_port_start",
            differs: "whatever the kernel refuses goes to the helper",
            ours: "bind ok"
        ),
        library(
            "length of sockaddr_storage",
            "len=128 tcp4 bind 127.0.0.1 81",
            tree: "\(open); echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start",
            differs: "the lengths that the kernel takes",
            ours: "bind ok"
        ),
        library(
            "length 17",
            "len=17 tcp4 bind 127.0.0.1 81",
            differs: "the lengths that the kernel takes",
            ours: "bind ok"
        ),
        library("length 24", "len=24 tcp6 bind ::1 81", differs: "the lengths that the kernel takes", ours: "bind ok"),
        library(
            "link-local address",
            "scope=1 tcp6 bind fe80::1 81",
            tree: "\(open); ip addr replace fe80::1/64 dev lo nodad",
            differs: "the scope is handed on",
            ours: "bind ok"
        ),
        AuthbindCase(
            "library: no address",
            setup: open,
            "as alice $AUTHBIND $BIN/bind-probe tcp4 null badptr",
            differs: "a bad pointer is EFAULT and no crash",
            ours: "null 14\nbadptr 14\nrc 0\n"
        ),
        library(
            "SIGCHLD ignored",
            "ignore-children tcp4 bind 127.0.0.1 82",
            differs: "errors are the helper's",
            ours: "bind 1"
        ),
        library("no zombies", "no-zombies tcp4 bind 127.0.0.1 81", differs: "success is success", ours: "bind ok"),
        library(
            "SIGCHLD handled",
            "count-children repeat 10 127.0.0.1 81 children",
            differs: "the program hears of no child",
            ours: "repeat 10/10 last=0\nchildren 0 reaped 0"
        ),
        library(
            "a thread that reaps",
            "reaper repeat 50 127.0.0.1 81 children",
            differs: "there is nothing to reap",
            ours: "repeat 50/50 last=0\nchildren 0 reaped 0"
        ),
        library(
            "descriptor 0, close-on-exec",
            "tcp4 dup 0 cloexec bind 127.0.0.1 81",
            differs: "the helper gets it all the same",
            ours: "bind ok"
        ),
        AuthbindCase(
            "library: 32 threads with SIGCHLD ignored",
            setup: "for p in $(seq 81 112); do allow byport/$p; done",
            "for i in 1 2 3 4 5 6; do as alice $AUTHBIND $BIN/bind-probe ignore-children threads 32 127.0.0.1 81; done | sort -u",
            differs: "nothing of the process is changed for the time of a bind",
            ours: "threads 32/32\nrc 0\n"
        ),
        AuthbindCase(
            "library: a thread that sets the environment",
            setup: open,
            // What hangs keeps its output open, so that goes to a file. The original hangs; ours has all the time that a
            // busy machine takes.
            "case $AUTHBIND in /usr/*) limit=20 ;; *) limit=600 ;; esac; "
                + "as alice timeout -s KILL $limit $AUTHBIND --deep $BIN/bind-probe setenv repeat 200 127.0.0.1 81 > /mnt/out 2>&1; cat /mnt/out",
            differs: "no lock is taken in a child",
            ours: "repeat 200/200 last=0\nrc 0\n"
        ),
        library(
            "a large process",
            "resident 64 tcp4 bind 127.0.0.1 81 rewrite",
            differs: "its memory is not copied",
            ours: "bind ok\ncopied no"
        ),
        AuthbindCase(
            "library: root without the capability",
            setup: open,
            "$AUTHBIND $BIN/bind-probe drop-capability tcp4 bind 127.0.0.1 81 tcp4 bind 127.0.0.1 82",
            differs: "root is not left out",
            ours: "bind ok\nbind 1\nrc 0\n"
        ),
        library(
            "refused, and no socket",
            "file bind 127.0.0.1 82 badptr",
            differs: "the kernel has not read the address then, and so it may not be there",
            ours: "bind 88\nbadptr 88"
        ),
        library(
            "few descriptors",
            "nofile 4 tcp4 bind 127.0.0.1 81",
            differs: "the helper starts with the socket alone",
            ours: "bind ok"
        ),
    ]
}
