// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// A bind that the kernel refused, as the helper is asked for it.
///
/// Made of what the caller's memory holds, without allocating. The text is what `HelperArguments` in `HelperProtocol` reads.
@safe struct HelperRequest {
    /// `sockaddr_in` or `sockaddr_in6` from the address on: 4 or 16 bytes.
    private let address: UnsafePointer<UInt8>
    private let count: Int
    private let port: UInt16
    private let scope: UInt32

    /// Reads a socket address that the kernel has read just before; nil if it is not of the internet.
    init?(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) {
        let raw = unsafe UnsafeRawPointer(address)
        // ip(7), ipv6(7): family, port, then the address; for IPv6 four bytes of flow label between, and the scope
        // behind, which the kernel lets callers leave out. It does not read what is longer than 128 bytes.
        switch (unsafe Int32(address.pointee.sa_family), length) {
        case (AF_INET, 16...128):
            unsafe self.address = (raw + 4).assumingMemoryBound(to: UInt8.self)
            count = 4
            scope = 0
        case (AF_INET6, 24...128):
            unsafe self.address = (raw + 8).assumingMemoryBound(to: UInt8.self)
            count = 16
            scope = length >= 28 ? unsafe (raw + 24).loadUnaligned(as: UInt32.self) : 0
        default: return nil
        }
        port = unsafe (raw + 2).loadUnaligned(as: UInt16.self)
    }

    /// Whether the port is one from 1 to 1023.
    var isOfLowPort: Bool { (1...1023).contains(UInt16(bigEndian: port)) }

    /// Asks the helper to bind `socket`.
    /// - Returns: 0, or the number of the error that `bind` is to fail with.
    func send(socket: Int32) -> Int32 {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            var writer = unsafe TextWriter(text)
            let addressText = unsafe writer.start()
            // An IPv4 address and a port are the number in memory, read as the machine reads numbers.
            if count == 4 {
                unsafe writer.write(hexadecimal: UnsafeRawPointer(address).loadUnaligned(as: UInt32.self), digits: 8)
            } else {
                for index in 0..<count { unsafe writer.write(hexadecimal: UInt32(address[index]), digits: 2) }
            }
            let portText = unsafe writer.start()
            writer.write(hexadecimal: UInt32(port), digits: 4)
            let familyText = unsafe writer.start()
            writer.write(UInt8(ascii: "6"))
            if scope != 0 {
                writer.write(UInt8(ascii: "%"))
                writer.write(decimal: scope)
            }
            writer.finish()
            return unsafe withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<CChar>?.self, capacity: 5) {
                arguments in
                unsafe arguments[0] = helperPath
                unsafe arguments[1] = addressText
                unsafe arguments[2] = portText
                unsafe arguments[3] = count == 4 ? nil : familyText
                unsafe arguments[4] = nil
                return unsafe call(arguments.baseAddress, socket)
            }
        }
    }

    private func call(_ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ socket: Int32) -> Int32 {
        guard let path = unsafe helperPath else { return EACCES }
        var call = unsafe clinux_helper_call(path: path, arguments: arguments, socket: socket, status: 0, error: 0)
        unsafe clinux_call_helper(&call)
        if unsafe call.error != 0 {
            unsafe printError(path)
            return unsafe call.error
        }
        // waitpid(2): the low seven bits are the signal, the next byte the exit status.
        let status = unsafe call.status
        if status & 0x7F != 0 { return ENOSYS }
        let code = status >> 8 & 0xFF
        return code < 127 ? code : ENXIO
    }

    /// Says in authbind's words that the helper could not be started.
    private func printError(_ path: UnsafePointer<CChar>) {
        let text: StaticString = "libauthbind: possible installation problem - could not invoke "
        _ = unsafe write(2, text.utf8Start, text.utf8CodeUnitCount)
        // Others may have named the directory: on a terminal, what cannot be seen is not written. Nothing is allocated here.
        let isTerminal = isatty(2) == 1
        for index in unsafe 0..<strlen(path) {
            var byte = unsafe path[index]
            if isTerminal, !(0x20...0x7E).contains(byte) { byte = CChar(UInt8(ascii: "?")) }
            _ = unsafe write(2, &byte, 1)
        }
        let end: StaticString = "\n"
        _ = unsafe write(2, end.utf8Start, end.utf8CodeUnitCount)
    }
}
