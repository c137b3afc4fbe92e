// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// One control group alone is held to the rules: its processes, with whatever sockets, and no others.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct KernelGroupTests: KernelSuite {
    private static let tools: ByteString = """
        mkdir "$G/in" "$G/in/below" "$G/out"
        cat > move.py <<'END'
        # move.py MADE-IN BOUND-IN USER PORT: a socket that is made in one group, and bound in another.
        import errno, os, socket, sys
        def enter(group):
            with open(group + "/cgroup.procs", "w") as file: file.write(str(os.getpid()))
        made, bound, user, port = sys.argv[1:]
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                child = os.fork()
                if child == 0:
                    enter(made); s = socket.socket(family, kind); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    enter(bound)
                    if user != "0": os.setgroups([]); os.setgid(int(user)); os.setuid(int(user))
                    try: s.bind((address, int(port))); print("bound", end=" ", flush=True)
                    except OSError as e: print(errno.errorcode[e.errno], end=" ", flush=True)
                    os._exit(0)
                os.waitpid(child, 0)
        print()
        END
        move() { /usr/bin/python3 move.py "$@"; }
        printf 'allow user alice any 80\\nallow uid 0 any 80\\nconfine root\\n' > /etc/lowport/rules

        """

    @Test("A socket from elsewhere is bound by who binds it") func aSocketFromElsewhereIsBoundByWhoBindsIt()
        async throws
    {
        expect(
            try await enforced(
                Self.tools + """
                    lowport enforce enable --cgroup "$G/in"
                    # The confined, with sockets from outside, from inside and from below.
                    move "$G/out" "$G/in" 0 81; move "$H" "$G/in" 0 81; move "$G/in" "$G/in" 0 81; move "$G/in/below" "$G/in" 0 81
                    move "$G/out" "$G/in/below" 0 81; move "$G/in" "$G/in/below" 0 81
                    # The granted.
                    move "$G/out" "$G/in" 1001 80; move "$G/in" "$G/in" 1001 80; move "$G/out" "$G/in/below" 1001 80
                    move "$G/out" "$G/in" 0 80
                    # Those outside, with sockets from inside.
                    move "$G/in" "$G/out" 0 81; move "$G/in/below" "$G/out" 0 81; move "$G/in" "$G" 0 81; move "$G/in" "$H" 0 81
                    move "$G/in" "$G/out" 1001 80; move "$G/in/below" "$G" 1001 80
                    lowport enforce status --json | grep -c "\\"cgroup\\" : $(stat -c %i "$G/in"),"
                    lowport log | grep -c 'allowed by rule'
                    """
            ),
            """
            EPERM EPERM EPERM EPERM 
            EPERM EPERM EPERM EPERM 
            EPERM EPERM EPERM EPERM 
            EPERM EPERM EPERM EPERM 
            EPERM EPERM EPERM EPERM 
            EPERM EPERM EPERM EPERM 
            bound bound bound bound 
            bound bound bound bound 
            bound bound bound bound 
            bound bound bound bound 
            bound bound bound bound 
            bound bound bound bound 
            bound bound bound bound 
            bound bound bound bound 
            EACCES EACCES EACCES EACCES 
            EACCES EACCES EACCES EACCES 
            1
            16

            """
        )
    }

    @Test("The root means all") func theRootMeansAll() async throws {
        expect(
            try await enforced(
                Self.tools + """
                    for group in '' "--cgroup $H"; do
                        lowport enforce enable $group; move "$G/out" "$G/in" 0 81; move "$G/in" "$H" 1001 80
                        lowport enforce show-program | grep -c ancestorGroup || :
                        lowport enforce status --json | grep -c "\\"cgroup\\" : $(stat -c %i "$H"),"; sed -n 2p /run/lowport/kernel
                        lowport enforce disable
                    done
                    """
            ),
            String(
                repeating: "EPERM EPERM EPERM EPERM \nbound bound bound bound \n0\n1\ncgroup /\n",
                count: 2
            ).byteString
        )
    }

    @Test("Other settings are no reload") func otherSettingsAreNoReload() async throws {
        expect(
            try await enforced(
                Self.tools + """
                    status lowport enforce enable --cgroup "$G/in"; status lowport enforce enable --cgroup "$G/in"
                    status lowport enforce enable --cgroup "$G/out"; status lowport enforce enable
                    # A group that is gone holds nobody; one with its name is another.
                    rmdir "$G/in/below" "$G/in"; status lowport enforce status; mkdir "$G/in" "$G/in/below"
                    status lowport enforce status; status lowport enforce reload
                    lowport grant 82 --user alice > said 2> noted && cat noted
                    move "$G/in" "$G/in" 0 81
                    status lowport enforce enable --cgroup "$G/in"; move "$G/out" "$G/in" 0 81
                    """
            ),
            """
            0
            0
            78
            78
            78
            78
            78
            note: the control group that the kernel engine was enabled for is gone
            bound bound bound bound 
            0
            EPERM EPERM EPERM EPERM 

            """
        )
    }

    @Test("Without the root in sight one group is refused") func withoutTheRootInSightOneGroupIsRefused() async throws {
        expect(
            try await enforced(
                Self.tools + """
                    echo 0 > "$G/in/cgroup.procs"
                    unshare --cgroup --mount sh -c 'umount -l "$0"; mount -t cgroup2 cgroup2 "$0"; echo $(stat -c %i "$0")
                        mkdir "$0/more"; lowport enforce enable --cgroup "$0/more" || echo "status $?"
                        lowport enforce enable --cgroup "$0"; sed -n 2p /run/lowport/kernel; lowport enforce disable
                        lowport enforce enable; lowport enforce status > said && echo enabled; lowport enforce disable
                        rmdir "$0/more"' "$H" 2> refused > lines
                    grep -c "^$(stat -c %i "$G/in")$" lines; tail -n +2 lines; grep -o 'the root of the hierarchy.*' refused
                    echo 0 > "$G/cgroup.procs"
                    """
            ),
            """
            1
            status 69
            cgroup /
            enabled
            the root of the hierarchy of control groups is not to be seen from here

            """
        )
    }

    /// A user who owns groups, as with `Delegate=` of systemd, moves processes in those alone.
    @Test("Who owns a group below does not leave") func whoOwnsAGroupBelowDoesNotLeave() async throws {
        expect(
            try await enforced(
                Self.tools + """
                    chown -R alice "$G/in"; lowport enforce enable --cgroup "$G"
                    printf 'confine user alice\\n' > /etc/lowport/rules; lowport enforce reload
                    cat > flee.py <<'END'
                    import ctypes, errno, os, socket, sys
                    def tried(what):
                        try: what(); return "done"
                        except OSError as e: return errno.errorcode[e.errno]
                    def write(path, text):
                        with open(path, "w") as file: file.write(text)
                    def bind():
                        s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 81))
                    root, group = sys.argv[1:]
                    me = str(os.getpid())
                    print(tried(bind))
                    for place in (root, group, group + "/out"): print(tried(lambda: write(place + "/cgroup.procs", me)))
                    for place in ("/in/below", "/in"): print(tried(lambda: write(group + place + "/cgroup.procs", me)), tried(bind))
                    os.mkdir(group + "/in/threads"); print(tried(lambda: write(group + "/in/threads/cgroup.type", "threaded")))
                    print(tried(lambda: write(group + "/in/threads/cgroup.threads", me)), tried(bind))
                    END
                    echo 0 > "$G/in/cgroup.procs"
                    setpriv --reuid 1001 --regid 1001 --clear-groups --inh-caps +net_bind_service --ambient-caps +net_bind_service \\
                        /usr/bin/python3 flee.py "$H" "$G"
                    echo 0 > "$G/cgroup.procs"; until rmdir "$G/in/threads"; do sleep 0.05; done
                    """
            ),
            """
            EPERM
            EACCES
            EACCES
            EACCES
            done EPERM
            done EPERM
            done
            done EPERM

            """
        )
    }
}

extension String {
    fileprivate var byteString: ByteString { ByteString(self) }
}
