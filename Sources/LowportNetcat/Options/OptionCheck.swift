// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

extension Options {
    /// Removes the brackets of an IPv6 address, as URLs have it (RFC 3986, 3.2.2), from the host and from `-s`.
    mutating func removeBrackets() {
        if endpoint.isUnix || endpoint.isVsock { return }
        if let host = operands.first { operands[0] = Options.withoutBrackets(host) }
        if let source = endpoint.sourceAddress { endpoint.sourceAddress = Options.withoutBrackets(source) }
    }

    private static func withoutBrackets(_ host: ByteString) -> ByteString {
        guard host.bytes.first == UInt8(ascii: "["), host.bytes.last == UInt8(ascii: "]") else { return host }
        let inner = host.bytes.dropFirst().dropLast()
        // The interface of a link-local address is not part of the address.
        let address = ByteString(inner.prefix { $0 != UInt8(ascii: "%") })
        return IPv6Address(address) == nil ? host : ByteString(inner)
    }

    /// Throws unless the operands match the options.
    func checkOperands() throws(UsageError) {
        if case .shell = role, !listens, !endpoint.isUnix, operands.count < 2 {
            throw UsageError(message: "-c needs a command (GNU netcat's -c is -N here)")
        }
        if endpoint.isUnix { try checkPath() } else { try checkPorts() }
    }

    private func checkPath() throws(UsageError) {
        switch operands.count {
        case 0 where listens && endpoint.sourcePort != nil: throw UsageError(message: "cannot use port with -U")
        case 0 where listens && endpoint.sourceAddress != nil: break
        case 0 where listens: throw UsageError(message: "missing socket pathname")
        case 0: throw UsageError(message: nil, showsUsage: true)
        case 1 where endpoint.sourceAddress != nil && (listens || !endpoint.usesDatagrams):
            throw UsageError(message: nil, showsUsage: true)
        case 1 where endpoint.sourcePort != nil: throw UsageError(message: nil, showsUsage: true)
        case 1: break
        default:
            let isUsage = listens && (endpoint.sourceAddress != nil || endpoint.sourcePort != nil)
            throw UsageError(message: isUsage ? nil : "cannot use port with -U", showsUsage: isUsage)
        }
    }

    private func checkPorts() throws(UsageError) {
        if listens {
            let given = (endpoint.sourceAddress == nil ? 0 : 1) + (endpoint.sourcePort == nil ? 0 : 1) + operands.count
            if dialect == .ncat && operands.count > 2 {
                var text = "Got more than one port specification:" as ByteString
                for operand in operands { text += " \(operand)" }
                throw UsageError(message: text)
            }
            if given > 2 || endpoint.sourcePort != nil && !operands.isEmpty {
                throw UsageError(message: nil, showsUsage: true)
            }
            if listeningPort == nil, PassedDescriptors.number == 0 { throw UsageError(message: "missing port number") }
        } else {
            if dialect == .ncat && operands.isEmpty {
                throw UsageError(message: "You must specify a host to connect to")
            }
            // With a source, a single operand is taken for the port of a listener without -l.
            let hasSource = endpoint.sourceAddress != nil || endpoint.sourcePort != nil
            if operands.isEmpty || operands.count == 1 && hasSource {
                throw UsageError(message: nil, showsUsage: true)
            }
            if operands.count == 1 { throw UsageError(message: "missing port number") }
        }
    }

    /// The port to listen on: `-p`, or the last operand.
    var listeningPort: ByteString? {
        if let port = endpoint.sourcePort { return port }
        if endpoint.sourceAddress != nil { return operands.first }
        return operands.last
    }

    /// The address to listen on: `-s`, or the operand before the port; nil for all.
    var listeningAddress: ByteString? {
        if let address = endpoint.sourceAddress { return address }
        return operands.count == 2 ? operands.first : nil
    }

    /// The path of a Unix socket: the operand, or for a listener `-s`.
    var path: ByteString { operands.first ?? endpoint.sourceAddress ?? "" }
}
