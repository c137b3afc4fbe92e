// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The defaults of ncat that differ from OpenBSD's nc.
extension Options {
    /// The default port.
    private static var usualPort: ByteString { "31337" }

    /// Sets the defaults of ncat, before the first option is read.
    mutating func assumeNcatDefaults() {
        dialect = .ncat
        // End of file on standard input is passed on to the peer, and end of file from the peer closes standard output.
        ending.closesAfterInput = true
        ending.closesOutput = true
        proxy.kind = .connect
        proxy.waitsForChallenge = true
    }

    /// Applies the defaults that depend on all options: the port, and `-k` as a hub.
    mutating func completeForNcat() {
        if !endpoint.isUnix && !endpoint.isVsock { completePort() }
        let isHub = listens && keepsOpen && !endpoint.usesDatagrams && !endpoint.isVsock
        if isHub && role == .relay { role = .gather }
        // The end of standard input cannot be passed on by datagrams, and ends a client.
        let isConnectionless = endpoint.usesDatagrams && !tls.isWanted
        if isConnectionless && !listens && role == .relay && ending.staysAfterInput == nil {
            ending.staysAfterInput = .seconds(0)
        }
    }

    /// How long a connection may be idle: in ncat, `-w` limits only how long connecting takes.
    var idleLimit: Milliseconds? { endpoint.idleLimit ?? (dialect == .ncat ? nil : endpoint.timeout) }

    /// The form of the statistics at the end; with `-v`, a client of ncat prints a line.
    var statistics: StatisticsForm {
        let form = content.statistics
        return form == .none && dialect == .ncat && isVerbose && !listens ? .ncat : form
    }

    private mutating func completePort() {
        switch operands.count {
        case 0 where listens && endpoint.sourcePort == nil: operands = [Options.usualPort]
        // A single operand of a listener is a port if it can be one, otherwise an address.
        case 1 where !listens: operands.append(Options.usualPort)
        case 1
        where endpoint.sourcePort == nil && endpoint.sourceAddress == nil
            && !operands[0].bytes.allSatisfy(Digits.isDecimal):
            operands.append(Options.usualPort)
        default: break
        }
    }
}
