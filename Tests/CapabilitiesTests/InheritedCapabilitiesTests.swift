// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLinux
import Testing

@Suite struct InheritedCapabilitiesTests {
    /// Texts, and how libcap 2.66 prints what it reads in them on a kernel with 41 capabilities.
    @Test(
        "The three vectors are read and written as libcap does it",
        arguments: [
            ("", ""), ("!", ""), ("^", ""), ("%", ""), ("!%", ""), ("!^", ""), ("^^cap_chown", "^cap_chown"),
            ("!!cap_chown", "!cap_chown"), ("cap_chown", "cap_chown"), ("cap_chown,", "cap_chown"), (",", nil),
            ("cap_chown,,", nil), ("cap_chown,!", "cap_chown"), ("cap_chown,^", "cap_chown"), ("!,cap_chown", nil),
            ("%,cap_chown", nil), (" cap_chown", nil), ("cap_chown ", nil), ("CAP_CHOWN", "cap_chown"),
            ("0", "cap_chown"),
            ("0x1", "cap_dac_override"), ("63", ""), ("64", nil), ("41", ""), ("08", nil), ("all", nil),
            ("cap_chown5", nil),
            ("cap_chown=", nil), ("^!%cap_chown", "!^cap_chown"), ("%^cap_chown", "^cap_chown"),
            ("!cap_chown,cap_chown", "!%cap_chown"), ("cap_chown,!cap_chown", "!%cap_chown"), ("1!", nil),
            ("12abc", nil),
            (
                "1,2,^3,!4,!%5,!^6,%7",
                "cap_dac_override,cap_dac_read_search,^cap_fowner,!cap_fsetid,!%cap_kill,!^cap_setgid,cap_setuid"
            ),
        ] as [(ByteString, ByteString?)]
    )
    func text(input: ByteString, output: ByteString?) {
        let kernel = KernelCapabilities(count: 41)
        #expect((try? InheritedCapabilities(text: input))?.text(kernel: kernel) == output)
    }

    @Test("What is ambient is inheritable") func ambientIsInheritable() {
        let vectors = InheritedCapabilities(ambient: [.netBindService])
        #expect(vectors.inheritable == [.netBindService])
    }

    @Test("The vectors of this process are those of proc(5)") func ofThisProcess() throws {
        let vectors = try InheritedCapabilities(ofProcess: 0)
        let process = try ProcessCapabilities.current()
        #expect(vectors.ambient == process.ambient)
        #expect(vectors.blocked.isDisjoint(with: process.bounding))
    }
}
