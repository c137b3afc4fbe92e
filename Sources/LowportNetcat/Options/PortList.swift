// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The ports of the operands after the host: numbers, ranges `lo-hi` and services.
enum PortList {
    /// Reads the operands.
    /// - Parameters:
    ///   - operands: the texts, in order.
    ///   - transport: the protocol of the services.
    /// - Returns: the ports in the order of the operands, each range from its lower end.
    static func parse(_ operands: [ByteString], _ transport: TransportProtocol) throws(UsageError) -> [Port] {
        var ports: [Port] = []
        for operand in operands {
            // A service may have a `-` in its name. A number is not a service, and looking it up reads a whole file.
            if !isNumeric(operand), let port = NameLookup.port(of: operand, transport) {
                ports.append(port)
                continue
            }
            let isRange = operand.bytes.first.map(Digits.isDecimal) ?? false
            guard isRange, let dash = operand.bytes.firstIndex(of: UInt8(ascii: "-")) else {
                ports.append(try port(operand))
                continue
            }
            // The upper end is checked first: if both are wrong, it is the one in the message.
            let high = try port(ByteString(operand.bytes[(dash + 1)...]))
            let low = try port(ByteString(operand.bytes[..<dash]))
            let range = min(low, high).rawValue...max(low, high).rawValue
            ports += range.map { Port(rawValue: $0) }
        }
        return ports
    }

    private static func isNumeric(_ text: ByteString) -> Bool {
        text.bytes.allSatisfy { Digits.isDecimal($0) || $0 == UInt8(ascii: "-") }
    }

    private static func port(_ text: ByteString) throws(UsageError) -> Port {
        do throws(OptionValue.ValueError) {
            return Port(rawValue: UInt16(truncatingIfNeeded: try OptionValue.number(text, in: 1...65535)))
        } catch {
            throw UsageError(message: "port number \(error.text): \(text)")
        }
    }
}
