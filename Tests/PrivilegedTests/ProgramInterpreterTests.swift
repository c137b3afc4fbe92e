// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// Files that the kernel does not execute itself: binfmt_misc gives the interpreter of some the capabilities of the file, while
/// what executes, and what rules are about, is the interpreter.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct ProgramInterpreterTests: KernelSuite {
    /// `$P/foreign` is for a machine of another kind, `$P/archive` is no program at all, and `$P/marked` is for an interpreter.
    private static let prelude: ByteString = """
        P=/usr/local/bin; mount -t tmpfs -o mode=755 tmpfs $P; enable --all-namespaces
        cp /bin/true $P/foreign; printf '\\363\\000' | dd of=$P/foreign bs=1 seek=18 conv=notrunc status=none
        printf 'PK\\003\\004' > $P/archive; printf '#LOWPORT\\n' | cat - bind.py > $P/marked; chmod 755 $P/*

        """

    private static var hasRegistrationsOfItsOwn: Bool {
        let release = (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? ""
        let numbers = release.split { !$0.isNumber }.compactMap { Int($0) }
        return numbers.count > 1 && (numbers[0], numbers[1]) >= (6, 7)
    }

    @Test("No rule and no confinement is for a file that an interpreter executes") func refuses() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    for file in foreign archive marked; do
                        [ $(status lowport grant 80 --program $P/$file) = 64 ] && echo "$file refused"; getcap $P/$file
                        [ $(status lowport grant 80 --everyone --program $P/$file) = 64 ] && echo "$file refused"
                    done
                    printf '%s\\n' "allow program $P/foreign tcp 80" "confine program $P/foreign" > /etc/lowport/rules; lowport check
                    """
            ),
            """
            foreign refused
            foreign refused
            archive refused
            archive refused
            marked refused
            marked refused
            /etc/lowport/rules:1: warning: allows nothing: /usr/local/bin/foreign is not a program of this machine: what executes is an interpreter of binfmt_misc, if anything
            /etc/lowport/rules:2: warning: confines no process: /usr/local/bin/foreign is not a program of this machine: what executes is an interpreter of binfmt_misc, if anything
            1 rule in 1 file: no errors

            """
        )
    }

    /// In a user namespace of its own, which has registrations of its own from Linux 6.7 on; before, it cannot mount them.
    @Test(
        "The interpreter of a file with the capability has it, and is confined only by its own name",
        .enabled(if: hasRegistrationsOfItsOwn, "needs Linux 6.7")
    )
    func interprets() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    unshare -U -n -m sleep 1000 & holder=$!
                    until [ "$(readlink /proc/$holder/ns/mnt)" != "$(readlink /proc/self/ns/mnt)" ]; do sleep 0.02; done
                    for ids in uid gid; do echo 0 0 65536 > /proc/$holder/${ids}_map; done
                    inside() { nsenter -U -n -m -t $holder -S 0 -G 0 --wd=$T "$@"; }
                    inside ip link set lo up; inside mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
                    inside sh -c 'echo ":lowport:M::#LOWPORT::$(readlink -f /usr/bin/python3):C" > /proc/sys/fs/binfmt_misc/register'
                    [ ! -e /proc/sys/fs/binfmt_misc/lowport ]
                    ask() { inside setpriv --reuid 1001 --regid 1001 --clear-groups $P/marked 127.0.0.1 81 tcp; }
                    setcap cap_net_bind_service=ep $P/marked; ask
                    echo "confine program $P/marked" > /etc/lowport/rules; status lowport enforce reload; ask; lowport check | grep -c 'confines no process'
                    echo "confine program $(readlink -f /usr/bin/python3)" > /etc/lowport/rules; lowport enforce reload; ask
                    kill $holder
                    """
            ),
            """
            bound
            65
            bound
            1
            EPERM

            """
        )
    }
}
