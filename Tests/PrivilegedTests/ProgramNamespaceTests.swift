// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Which file a rule names where there are several roots and mounts, and what kinds of programs there are.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ProgramNamespaceTests: KernelSuite {
    private static let programs = ByteString(
        """
        mount -t tmpfs -o mode=755 tmpfs /srv; mkdir /srv/bin
        cc -O1 -static -o /srv/bin/server \(Release.repository)/Tests/Probes/attacks/escape.c

        """
    )

    @Test func `a container has other files, and the file of the rule by any of its names`() async throws {
        let outcome = try await enforced(
            Self.programs + """
                enable; lowport grant -q 80 --program /srv/bin/server 2> /dev/null
                echo 'allow program /srv/bin/plain tcp 81' >> /etc/lowport/rules
                cp /srv/bin/server /srv/bin/plain; lowport enforce reload
                # A root like that of a container, which has its own files of these names, and those of the machine by others.
                mkdir root; mount -t tmpfs -o mode=755 tmpfs root; mkdir -p root/srv/bin root/host
                cp /srv/bin/server /srv/bin/plain root/srv/bin/; mount --bind /srv/bin root/host
                inside() { chroot --userspec=1001:1001 root "$@" || :; }
                for program in /srv/bin/server /host/server /srv/bin/plain /host/plain; do for port in 80 81; do
                    echo $program $port $(inside $program plain $port)
                done; done
                # The files of the container in the place of those of the machine, in a mount namespace.
                unshare --mount sh -c 'mount --bind root/srv /srv
                    for name in server plain; do for port in 80 81; do
                        echo mounted $name $port $(setpriv --reuid 1001 --regid 1001 --clear-groups /srv/bin/$name plain $port)
                    done; done'
                # What root gives the container's file is another program's, which nothing confines.
                setcap cap_net_bind_service=ep root/srv/bin/server; echo given $(inside /srv/bin/server plain 82)
                # The file of the machine, mounted over another of it.
                mount --bind /srv/bin/server /srv/bin/plain
                for port in 80 81; do echo over $(as alice /srv/bin/plain plain $port); done
                """
        )
        expect(
            outcome,
            """
            /srv/bin/server 80 EACCES
            /srv/bin/server 81 EACCES
            /host/server 80 bound
            /host/server 81 EPERM
            /srv/bin/plain 80 EACCES
            /srv/bin/plain 81 EACCES
            /host/plain 80 EACCES
            /host/plain 81 bound
            mounted server 80 EACCES
            mounted server 81 EACCES
            mounted plain 80 EACCES
            mounted plain 81 EACCES
            given bound
            over bound
            over EPERM

            """
        )
    }

    @Test(arguments: ["-static-pie", "-static", "-pie", "-no-pie"] as [ByteString])
    func `a program may be linked in any way`(options: ByteString) async throws {
        let outcome = try await enforced(
            Self.programs + """
                cc -O1 \(options) -o /srv/bin/linked \(ByteString(Release.repository))/Tests/Probes/attacks/escape.c
                cp /srv/bin/linked /srv/bin/copy
                enable; lowport grant -q 80 --program /srv/bin/linked 2> /dev/null
                echo 'allow program /srv/bin/copy tcp 81' >> /etc/lowport/rules; lowport enforce reload
                for port in 80 81; do as alice /srv/bin/linked plain $port || :; done
                for port in 80 81; do as alice /srv/bin/copy plain $port || :; done
                """
        )
        expect(
            outcome,
            """
            bound
            EPERM
            EACCES
            bound

            """
        )
    }
}
