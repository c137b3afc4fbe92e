// SPDX-License-Identifier: Apache-2.0
internal import Linux

extension Options {
    /// Throws unless the options and operands go together.
    func check() throws(UsageError) {
        if case .shell = role, !listens, !endpoint.isUnix, operands.count < 2 {
            throw UsageError(message: "-c needs a command (GNU netcat's -c is -N here)")
        }
        if endpoint.isUnix { try checkPath() } else { try checkPorts() }
        if listens && scans { throw UsageError(message: "cannot use -z and -l") }
        if !listens && keepsOpen { throw UsageError(message: "must use -l with -k") }
        if passesDescriptor && endpoint.isUnix { throw UsageError(message: "cannot use -F and -U") }
        try checkProxy()
        try checkRole()
        if endpoint.usesDatagrams && tls.isWanted { throw UsageError(message: "no TLS for datagrams") }
        if passesDescriptor && listens { throw UsageError(message: "cannot use -F and -l") }
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
            if given > 2 || endpoint.sourcePort != nil && !operands.isEmpty {
                throw UsageError(message: nil, showsUsage: true)
            }
            if listeningPort == nil && !InheritedListener.isThere { throw UsageError(message: "missing port number") }
        } else {
            // With a source, one operand is the port of a listener from whom -l is missing.
            let hasSource = endpoint.sourceAddress != nil || endpoint.sourcePort != nil
            if operands.isEmpty || operands.count == 1 && hasSource {
                throw UsageError(message: nil, showsUsage: true)
            }
            if operands.count == 1 { throw UsageError(message: "missing port number") }
        }
    }

    private func checkProxy() throws(UsageError) {
        guard proxy.address != nil else { return }
        if endpoint.usesDatagrams { throw UsageError(message: "no proxy support for UDP mode") }
        if listens { throw UsageError(message: "no proxy support for listen") }
        if endpoint.isUnix { throw UsageError(message: "no proxy support for unix sockets") }
        if endpoint.sourceAddress != nil { throw UsageError(message: "no proxy support for local source address") }
    }

    private func checkRole() throws(UsageError) {
        switch role {
        case .broker, .chat, .gather, .forward, .proxy:
            if !listens { throw UsageError(message: "\(roleName) needs -l") }
            if endpoint.usesDatagrams { throw UsageError(message: "\(roleName) is for streams") }
        case .program(let command), .shell(let command):
            if command.isEmpty { throw UsageError(message: "no command to run") }
            if scans { throw UsageError(message: "cannot use -z with a command") }
        case .relay: break
        }
    }

    private var roleName: ByteString {
        switch role {
        case .broker: "--broker"
        case .chat: "--chat"
        case .forward: "-L"
        case .proxy: "--proxy-type"
        case .program: "-e"
        case .shell: "-c"
        case .relay, .gather: "standard input"
        }
    }

    /// The port to listen on: `-p`, or the last operand.
    var listeningPort: ByteString? {
        if let port = endpoint.sourcePort { return port }
        if endpoint.sourceAddress != nil { return operands.first }
        return operands.last
    }

    /// The address to listen on: `-s`, or the operand in front of the port; nil for all.
    var listeningAddress: ByteString? {
        if let address = endpoint.sourceAddress { return address }
        return operands.count == 2 ? operands.first : nil
    }

    /// Where a Unix socket is: the operand, or for a listener `-s`.
    var path: ByteString { operands.first ?? endpoint.sourceAddress ?? "" }
}
