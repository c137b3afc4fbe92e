// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// `confine program FILE`: a capability that covers the ports of the rules and no others.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ProgramConfinementTests: KernelSuite {
    private static let prelude: ByteString = """
        python=$(readlink -f /usr/bin/python3); P=/usr/local/bin; mount -t tmpfs -o mode=755 tmpfs $P
        for name in server other; do cp $python $P/$name; setcap cap_net_bind_service=ep $P/$name; done
        lowport grant 80 --everyone --program $P/server -q; echo "confine program $P/server" >> /etc/lowport/rules
        ask() { as $1 $P/$2 bind.py 127.0.0.1 $3 tcp; }
        # Waits for the file `go`, and binds then.
        cat > late.py <<'END'
        import os, socket, time
        open("up", "w").close()
        while not os.path.exists("go"): time.sleep(0.02)
        try: socket.socket().bind(("127.0.0.1", 81)); print("bound")
        except OSError as error: print(error.strerror)
        END
        late() { as alice $P/server late.py & until [ -e up ]; do sleep 0.02; done; }
        replace() { cp $python $P/new; setcap cap_net_bind_service=ep $P/new; mv $P/new $P/server; }

        """

    @Test("The program binds what the rules allow, for root as well, and others bind what they may") func confines()
        async throws
    {
        expect(
            try await enforced(
                Self.prelude + """
                    enable
                    for program in server other; do for user in alice root; do for port in 80 81; do
                        echo "$program $user $port $(ask $user $program $port)"
                    done; done; done
                    lowport enforce status | sed -n 's/device .*/device/; /^confined/p'
                    lowport list | tail -1; as alice lowport explain 81 --program $P/server | head -1
                    ln $P/server $P/hard; as alice $P/hard bind.py 127.0.0.1 81 tcp
                    cp $P/server $P/copy; as alice $P/copy bind.py 127.0.0.1 81 tcp
                    as alice /lib64/ld-linux-x86-64.so.2 $P/server bind.py 127.0.0.1 81 tcp
                    sed -i /confine/d /etc/lowport/rules; lowport enforce reload; ask alice server 81
                    """
            ),
            """
            server alice 80 bound
            server alice 81 EPERM
            server root 80 bound
            server root 81 EPERM
            other alice 80 bound
            other alice 81 bound
            other root 80 bound
            other root 81 bound
            confined: program with inode 2 on device
            program /usr/local/bin/server  /etc/lowport/rules:2
            user alice cannot bind tcp 81: /etc/lowport/rules:2 confines /usr/local/bin/server to what the kernel knows to be allowed, even with CAP_NET_BIND_SERVICE
            EPERM
            EACCES
            EACCES
            bound

            """
        )
    }

    @Test("What a confined program may bind is not listed as everything") func listsConfined() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    listed() { PATH=$P:$BIN:/usr/bin:/bin lowport list -q | sed -n 's/  */ /g; s/ - -/ -/; /by program/p'; }
                    ln $P/server $P/also; listed; enable; listed
                    # What the kernel has of rules that were changed since is not known.
                    echo '# more' >> /etc/lowport/rules; listed; lowport enforce reload > reloaded; listed
                    PATH=$P:$BIN:/usr/bin:/bin lowport list -q --json | grep -c '"confined" : true'
                    """
            ),
            """
            everyone, by program any all all - capability of /usr/local/bin/also
            everyone, by program any all all - capability of /usr/local/bin/other
            everyone, by program any by the rules all - capability of /usr/local/bin/also, confined by /etc/lowport/rules:2
            everyone, by program any all all - capability of /usr/local/bin/other
            everyone, by program any all all - capability of /usr/local/bin/also
            everyone, by program any all all - capability of /usr/local/bin/other
            everyone, by program any by the rules all - capability of /usr/local/bin/also, confined by /etc/lowport/rules:2
            everyone, by program any all all - capability of /usr/local/bin/other
            1

            """
        )
    }

    @Test("Who runs the file that was replaced stays confined") func keepsReplacedFiles() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    enable; late; replace; lowport enforce status | grep -c 'files changed'
                    lowport enforce reload; ask alice server 80; ask alice server 81
                    lowport enforce reload; touch go; wait
                    """
            ),
            """
            1
            bound
            EPERM
            Operation not permitted

            """
        )
    }

    @Test(
        "No fault frees the program",
        arguments: [
            "echo nonsense >> /etc/lowport/rules", "mv $P/server $P/gone; ln $P/gone $P/kept", "chmod 777 $P/server",
            "chmod 777 $P", ": > /etc/lowport/rules", "rm -r /etc/lowport",
            "mv $P/server $P/kept; ln -s kept $P/server", "chown alice $P/server",
            "printf '#!/bin/sh\\n' > $P/new; chmod 755 $P/new; mv $P/new $P/server",
        ] as [ByteString]
    )
    func frees(_ fault: ByteString) async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    enable; late; cp /etc/lowport/rules saved
                    \(fault)
                    status lowport enforce reload; status lowport enforce disable; status enable
                    touch go; wait
                    """
            ),
            """
            65
            0
            65
            Operation not permitted

            """
        )
    }
}
