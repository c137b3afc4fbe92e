// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Whom the kernel engine holds in containers, and what the owner of control groups can do about it.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct KernelContainerTests: KernelSuite {
    private static let tools: ByteString = """
        cat > container.py <<'END'
        # container.py OUTSIDE USER PORT: a bind as USER of a container whose users 0 to 65535 are OUTSIDE and so on; with `-` it
        # has no user namespace of its own.
        import ctypes, errno, os, socket, sys
        outside, user, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        (asked, ask), (answered, answer) = os.pipe(), os.pipe()
        child = os.fork()
        if child == 0:
            # CLONE_NEWNET, CLONE_NEWUSER
            assert ctypes.CDLL(None, use_errno=True).unshare(0x40000000 | (0 if outside == "-" else 0x10000000)) == 0
            os.write(ask, b"x"); os.read(answered, 1)
            os.setgroups([])
            # Root of the container first, who gives up all rights by becoming somebody else.
            for number in (0, user): os.setresgid(number, number, number); os.setresuid(number, number, number)
            try: socket.socket().bind(("0.0.0.0", port)); print("bound", end=" ")
            except OSError as e: print(errno.errorcode[e.errno], end=" ")
            sys.stdout.flush(); os._exit(0)
        os.read(asked, 1)
        if outside != "-":
            for kind in ("uid", "gid"):
                with open(f"/proc/{child}/{kind}_map", "w") as file: file.write(f"0 {outside} 65536")
        os.write(answer, b"x"); os.waitpid(child, 0)
        END
        inside() { /usr/bin/python3 container.py "$@"; }
        # Root of a container of its own users, root of one without, and alice's number in each, on 80 and 81.
        all() { inside 100000 0 81; inside - 0 81; inside 100000 1001 80; inside - 1001 80; inside - 1001 81; echo; }

        """

    @Test("Containers are held by the numbers that the machine knows")
    func containersAreHeldByTheNumbersThatTheMachineKnows() async throws {
        expect(
            try await enforced(
                Self.tools + """
                    printf 'allow user alice tcp 80\\nconfine everyone\\nconfine root\\n' > /etc/lowport/rules
                    enable; all; lowport enforce disable; enable --all-namespaces
                    for confined in '# nobody' 'confine user alice' 'confine root' 'confine everyone'; do
                        printf 'allow user alice tcp 80\\n%s\\n' "$confined" > /etc/lowport/rules; lowport enforce reload; all
                    done
                    # Root of a container by the number that it has outside.
                    printf 'allow uid 100000 tcp 82\\nconfine everyone\\n' > /etc/lowport/rules; lowport enforce reload
                    inside 100000 0 82; inside 100000 0 81; echo
                    """
            ),
            """
            bound bound EACCES EACCES EACCES 
            bound bound EACCES bound EACCES 
            bound bound EACCES bound EPERM 
            bound EPERM EACCES bound EACCES 
            EPERM bound EPERM bound EPERM 
            bound EPERM 

            """
        )
    }

    /// Whoever owns the group above may take processes out of the one that is held: that is said.
    @Test("Who owns the group above is named") func whoOwnsTheGroupAboveIsNamed() async throws {
        expect(
            try await enforced(
                """
                mkdir "$G/above" "$G/above/in" "$G/above/out"; echo 'confine user alice' > /etc/lowport/rules
                lowport enforce enable --cgroup "$G/above/in"; lowport enforce disable
                chown alice "$G/above" "$G/above/cgroup.procs" "$G/above/out/cgroup.procs"
                lowport enforce enable --cgroup "$G/above/in" 2> said; grep -c "note: .* out of $G/above/in: .* uid 1001's" said
                echo 0 > "$G/above/in/cgroup.procs"
                setpriv --reuid 1001 --regid 1001 --clear-groups --inh-caps +net_bind_service --ambient-caps +net_bind_service \\
                    sh -c '/usr/bin/python3 bind.py 127.0.0.1 81 tcp; echo $$ > "$0/out/cgroup.procs"; /usr/bin/python3 bind.py 127.0.0.1 81 tcp' "$G/above"
                echo 0 > "$G/cgroup.procs"; for place in above/in above/out above; do until rmdir "$G/$place"; do sleep 0.05; done; done
                """
            ),
            "1\nEPERM\nbound\n"
        )
    }

    /// Two groups are delegated to alice, and one of them is held: she owns both, and not what is above.
    @Test("Who owns two groups does not get from one to the other") func whoOwnsTwoGroupsDoesNotGetFromOneToTheOther()
        async throws
    {
        expect(
            try await enforced(
                """
                mkdir "$G/in" "$G/in/below" "$G/other"; chown -R alice "$G/in" "$G/other"
                echo 'confine user alice' > /etc/lowport/rules; lowport enforce enable --cgroup "$G/in"
                cat > flee.py <<'END'
                import ctypes, errno, os, socket, sys, threading
                libc = ctypes.CDLL(None, use_errno=True); libc.syscall.restype = ctypes.c_long
                def tried(what):
                    try: what(); return "done"
                    except OSError as e: return errno.errorcode[e.errno]
                def write(path, text):
                    with open(path, "w") as file: file.write(text)
                def bind():
                    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 81))
                def born(group):
                    # clone3(2) with CLONE_INTO_CGROUP, and SIGCHLD.
                    place = os.open(group, os.O_PATH | os.O_DIRECTORY)
                    wanted = (ctypes.c_uint64 * 11)(0x200000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, place)
                    child = libc.syscall(435, ctypes.byref(wanted), ctypes.c_long(88))
                    if child == 0: os.write(1, (tried(bind) + " ").encode()); os._exit(0)
                    if child > 0: os.waitpid(child, 0)
                    return "born" if child > 0 else errno.errorcode[ctypes.get_errno()]
                top = sys.argv[1]
                print("here", tried(bind), flush=True)
                for place in ("/other", ""): print("goes", tried(lambda: write(top + place + "/cgroup.procs", str(os.getpid()))), tried(bind), flush=True)
                for place in ("/in/below", "/other", ""): print(born(top + place), flush=True)
                for place in ("/in/t", "/in/t/t", "/other/t"): os.mkdir(top + place); write(top + place + "/cgroup.type", "threaded")
                def thread():
                    for place in ("/in/t", "/in/t/t", "/other/t", "/other", ""):
                        print("thread", tried(lambda: write(top + place + "/cgroup.threads", str(threading.get_native_id()))), tried(bind), flush=True)
                other = threading.Thread(target=thread); other.start(); other.join()
                print("renames", tried(lambda: os.rename(top + "/in", top + "/gone")), "removes", tried(lambda: os.rmdir(top + "/in")))
                END
                echo 0 > "$G/in/cgroup.procs"
                setpriv --reuid 1001 --regid 1001 --clear-groups --inh-caps +net_bind_service --ambient-caps +net_bind_service \\
                    /usr/bin/python3 flee.py "$G"
                echo 0 > "$G/cgroup.procs"
                for place in in/t/t in/t in/below in other/t other; do until rmdir "$G/$place"; do sleep 0.05; done; done
                """
            ),
            """
            here EPERM
            goes EACCES EPERM
            goes EACCES EPERM
            EPERM born
            EACCES
            EACCES
            thread done EPERM
            thread done EPERM
            thread EACCES EPERM
            thread EACCES EPERM
            thread EACCES EPERM
            renames EACCES removes EACCES

            """
        )
    }
}
