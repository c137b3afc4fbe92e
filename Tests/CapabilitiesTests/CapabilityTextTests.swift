// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLinux
import TestSupport
import Testing

/// What the texts of the tables assume.
private let kernel41 = KernelCapabilities(count: 41)

private func rewritten(_ text: ByteString, kernel: KernelCapabilities = kernel41) -> ByteString? {
    (try? CapabilityState(text: text, kernel: kernel))?.text(kernel: kernel)
}

@Suite struct CapabilityTextTests {
    @Test("A text is read and written as libcap does it", arguments: capabilityTexts.indices) func table(row: Int) {
        let (input, output) = capabilityTexts[row]
        #expect(rewritten(input) == output, "reading \(input.description)")
    }

    @Test(
        "A list without an operator lowers",
        arguments: [
            ("CAP_NET_BIND_SERVICE", "="),
            ("cap_chown", "="),
            ("cap_chown,10", "="),
            ("all", "="),
            ("=ep cap_chown", "=ep cap_chown-ep"),
            ("=ep cap_chown,cap_kill cap_chown+i", "=ep cap_chown+i-ep cap_kill-ep"),
            ("cap_chown=ep\tcap_chown ", "="),
            ("=p all", "="),
            ("cap_kill cap_chown=p", "cap_chown=p"),
        ] as [(ByteString, ByteString)]
    )
    func listWithoutOperatorLowers(input: ByteString, output: ByteString) {
        #expect(rewritten(input) == output)
    }

    @Test(
        "An error says what is wrong and where",
        arguments: [
            ("cap_chown =ep", .blankBeforeOperator, 9),
            ("cap_chown = cap_kill=p", .blankBeforeOperator, 9),
            ("cap_chown +p", .blankBeforeOperator, 9),
            ("cap_chow=p", .unknownName, 0),
            ("cap_kill=p cap_chown5=p", .unknownName, 11),
            ("cap_chown,=p", .notCapability, 10),
            ("+p", .notCapability, 0),
            ("1,64=p", .numberTooLarge, 2),
            ("99999999999999999999999=p", .numberTooLarge, 0),
            ("cap_chown+", .missingFlags, 10),
            ("cap_chown=p-", .missingFlags, 12),
            ("cap_chown=pE", .junkAfterClause, 11),
            ("cap_chown:p", .junkAfterClause, 9),
            ("=p+e", .junkAfterClause, 2),
        ] as [(ByteString, CapabilityTextError.Reason, Int)]
    )
    func errorSaysWhatAndWhere(text: ByteString, reason: CapabilityTextError.Reason, offset: Int) {
        #expect(throws: CapabilityTextError(reason, at: offset)) {
            try CapabilityState(text: text, kernel: kernel41)
        }
    }

    @Test(
        "A text depends on how many capabilities the kernel has",
        arguments: [
            (38, "=ep", "=ep"),
            (38, "all=ep 38+p", "=ep cap_perfmon+p"),
            (38, "cap_bpf=p", "= cap_bpf+p"),
            (32, "32=ep", "= cap_mac_override+ep"),
            (44, "41,42,43=p", "41,42,43=p"),
            (64, "=ep", "=ep"),
            (64, "63=ep", "63=ep"),
        ] as [(UInt8, ByteString, ByteString)]
    )
    func otherKernels(count: UInt8, input: ByteString, output: ByteString) {
        #expect(rewritten(input, kernel: KernelCapabilities(count: count)) == output)
    }

    /// Every state reads back as itself, whatever the kernel.
    @Test("What is printed reads back", arguments: [1, 32, 38, 41, 63, 64] as [UInt8]) func printedTextReadsBack(
        count: UInt8
    ) throws {
        let kernel = KernelCapabilities(count: count)
        var numbers = SplitMix(seed: UInt64(count))
        for _ in 0..<2000 {
            let state = CapabilityState(
                effective: CapabilitySet(rawValue: numbers.nextSparse()),
                permitted: CapabilitySet(rawValue: numbers.nextSparse()),
                inheritable: CapabilitySet(rawValue: numbers.nextSparse())
            )
            let text = state.text(kernel: kernel)
            #expect(try CapabilityState(text: text, kernel: kernel) == state, "by way of \(text.description)")
        }
    }
}
