// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Faults in the rules allow nothing and free nobody: whoever was confined stays confined.
///
/// Alice may bind port 80 by a rule, holds the capability for all ports, and is confined.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct KernelConfinementTests: KernelSuite {
    private static let confined: ByteString = """
        able() {
            setpriv --reuid "$1" --regid "$(id -g "$1")" --init-groups --inh-caps +net_bind_service \\
                --ambient-caps +net_bind_service /usr/bin/python3 bind.py 0.0.0.0 "$2" tcp
        }
        printf 'allow user alice tcp 80\\nconfine user alice\\n' > /etc/lowport/rules
        echo '# more' > /etc/lowport/rules.d/more.rules

        """

    @Test(
        "A fault frees nobody",
        arguments: [
            "echo 'alow user alice tcp 81' >> /etc/lowport/rules", "chmod 666 /etc/lowport/rules",
            "chown alice /etc/lowport/rules", "mv /etc/lowport/rules kept; ln -s $PWD/kept /etc/lowport/rules",
            ": > /etc/lowport/rules", "sed -i /^alice/d /etc/passwd", "rm /etc/lowport/rules; mkdir /etc/lowport/rules",
            "echo 'confine user nobody-here' > /etc/lowport/rules.d/more.rules", "chmod 777 /etc/lowport",
        ]
    )
    func aFaultFreesNobody(fault: String) async throws {
        // After a reload the kernel has what it had; after a boot, whom the last good policy confined, and the rest of it.
        let outcome = try await enforced(
            Self.confined + """
                enable; able alice 80; able alice 81; able bob 81
                user=$(id -u alice) group=$(id -g alice); \(ByteString(fault))
                status lowport enforce reload
                able() {
                    case $1 in alice) u=1001 ;; *) u=1002 ;; esac
                    setpriv --reuid $u --regid $u --clear-groups --inh-caps +net_bind_service \\
                        --ambient-caps +net_bind_service /usr/bin/python3 bind.py 0.0.0.0 "$2" tcp
                }
                able alice 80; able alice 81; able bob 81
                lowport enforce disable; status enable; able alice 81; able bob 81
                """
        )
        #expect(
            outcome.output == "bound\nEPERM\nbound\n65\nbound\nEPERM\nbound\n65\nEPERM\nbound\n",
            "\(fault): \(outcome)"
        )
    }

    @Test("Without a last good policy what can be read is in force")
    func withoutALastGoodPolicyWhatCanBeReadIsInForce() async throws {
        expect(
            try await enforced(
                Self.confined + """
                    echo 'confine user bob' > /etc/lowport/rules.d/more.rules
                    chmod 666 /etc/lowport/rules; status enable; status lowport enforce status; able alice 81; able bob 81
                    chmod 644 /etc/lowport/rules; status enable; able alice 81
                    lowport enforce disable; chmod 666 /var/lib/lowport/confinement /etc/lowport/rules; status enable
                    able alice 81; able bob 81
                    """
            ),
            "65\n0\nbound\nEPERM\n0\nEPERM\n65\nbound\nEPERM\n"
        )
    }

    @Test("The record is for root alone") func theRecordIsForRootAlone() async throws {
        expect(
            try await enforced(
                Self.confined + """
                    enable; stat -c '%U %a' /var/lib/lowport /var/lib/lowport/confinement; cat /var/lib/lowport/confinement
                    """
            ),
            """
            root 700
            root 600
            lowport-confinement 1
            confine user alice\tusers 1001\tgroups -\t/etc/lowport/rules
            end

            """
        )
    }
}
