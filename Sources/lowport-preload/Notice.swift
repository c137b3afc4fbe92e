// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension HelperRequest {
    /// Writes one line about the first refusal in this process to standard error, if that is a terminal or `isVerbose`.
    ///
    /// Allocates nothing and takes no lock, so the user is a number. May change errno.
    func tell(_ refusal: Int32, socket: Int32) {
        // Other errors are no answer of the policy.
        guard refusal == EPERM || refusal == EACCES, unsafe isVerbose || isatty(2) == 1, clinux_is_first_notice() != 0
        else { return }
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 384) { text in
            var writer = unsafe TextWriter(text)
            let start = unsafe writer.start()
            let transport = clinux_notice_protocol(socket)
            writer.write("lowport: refused ")
            writer.write(isTCP(transport) ? "tcp " : isUDP(transport) ? "udp " : "port ")
            writer.write(decimal: UInt32(UInt16(bigEndian: port)))
            writeAddress(after: " on ", to: &writer)
            writer.write(" to uid ")
            writer.write(decimal: getuid())
            writer.write(refusal == EPERM ? ": no rule" : ": permission denied")
            writer.write("; see: lowport explain ")
            writer.write(decimal: UInt32(UInt16(bigEndian: port)))
            if isUDP(transport) { writer.write(" --udp") }
            writeAddress(after: " --on ", to: &writer)
            writer.write("\n")
            _ = unsafe write(2, start, writer.length)
        }
    }

    private func isTCP(_ transport: Int32) -> Bool {
        transport == Int32(clinux_IPPROTO_TCP) || transport == Int32(clinux_IPPROTO_MPTCP)
    }

    private func isUDP(_ transport: Int32) -> Bool {
        transport == Int32(clinux_IPPROTO_UDP) || transport == Int32(clinux_IPPROTO_UDPLITE)
    }

    /// Writes `words` and the address, unless it is 0.0.0.0.
    private func writeAddress(after words: StaticString, to writer: inout TextWriter) {
        if count == 4, unsafe UnsafeRawPointer(address).loadUnaligned(as: UInt32.self) == 0 { return }
        writer.write(words)
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            let family = count == 4 ? AF_INET : AF_INET6
            guard let start = unsafe inet_ntop(family, address, text.baseAddress, 64) else { return }
            for index in unsafe 0..<strlen(start) { unsafe writer.write(UInt8(truncatingIfNeeded: start[index])) }
        }
    }
}
