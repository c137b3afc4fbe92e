// SPDX-License-Identifier: Apache-2.0
internal import Linux

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
        ending.failsOnReset = true
        proxy.kind = .connect
        proxy.waitsForChallenge = true
    }

    /// Applies the defaults that depend on all options: the port, and `-k` as a hub.
    mutating func completeForNcat() {
        if !endpoint.isUnix && !endpoint.isVsock { completePort() }
        let isHub = listens && keepsOpen && !endpoint.usesDatagrams && !endpoint.isVsock
        if isHub && role == .relay { role = .gather }
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
