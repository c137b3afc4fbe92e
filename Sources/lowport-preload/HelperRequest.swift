// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A bind that the kernel refused, as a request to the helper.
///
/// It refers to the caller's memory and allocates nothing. `HelperArguments` in `HelperProtocol` parses its text.
@safe struct HelperRequest {
    /// The address in `sockaddr_in` or `sockaddr_in6`: 4 or 16 bytes.
    let address: UnsafePointer<UInt8>
    let count: Int
    let port: UInt16
    private let scope: UInt32

    /// Parses a socket address that the kernel has just read; nil if it is not an internet address.
    init?(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) {
        let raw = unsafe UnsafeRawPointer(address)
        // ip(7), ipv6(7): family, port, then the address. IPv6 has four bytes of flow label before the address and the
        // scope after it; the kernel accepts addresses without the scope. It reads no address longer than 128 bytes.
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

    var isOfLowPort: Bool { (1...1023).contains(UInt16(bigEndian: port)) }

    /// Asks the helper to bind `socket`.
    /// - Returns: 0, or the number of the error that `bind` must fail with.
    func send(socket: Int32) -> Int32 {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            var writer = unsafe TextWriter(text)
            let addressText = unsafe writer.start()
            // An IPv4 address and a port are the number in memory, read in native byte order.
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

    /// Prints, in authbind's words, that the helper could not be started.
    private func printError(_ path: UnsafePointer<CChar>) {
        let text: StaticString = "libauthbind: possible installation problem - could not invoke "
        _ = unsafe write(2, text.utf8Start, text.utf8CodeUnitCount)
        // Another user may have named the directory: on a terminal, replace unprintable bytes. Allocate nothing here.
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
