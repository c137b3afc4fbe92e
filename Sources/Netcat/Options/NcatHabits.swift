// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// What ncat does otherwise than OpenBSD's nc, beside its letters.
extension Options {
    /// The port that is meant when none is given.
    private static var usualPort: ByteString { "31337" }

    /// What holds before the first option is read.
    mutating func assumeHabitsOfNcat() {
        dialect = .ncat
        // The end of standard input is the end of what is sent, and the end of the peer that of standard output.
        ending.closesAfterInput = true
        ending.closesOutput = true
        ending.failsOnReset = true
        proxy.kind = .connect
        proxy.waitsForChallenge = true
    }

    /// What depends on all options: the port, and who is served at the same time.
    mutating func completeAsNcat() {
        if !endpoint.isUnix && !endpoint.isVsock { completePort() }
        let isHub = listens && keepsOpen && !endpoint.usesDatagrams && !endpoint.isVsock
        if isHub && role == .relay { role = .gather }
    }

    private mutating func completePort() {
        switch operands.count {
        case 0 where listens && endpoint.sourcePort == nil: operands = [Options.usualPort]
        // One operand of a listener is a port if it can be one, or else an address.
        case 1 where !listens: operands.append(Options.usualPort)
        case 1
        where endpoint.sourcePort == nil && endpoint.sourceAddress == nil
            && !operands[0].bytes.allSatisfy(Digits.isDecimal):
            operands.append(Options.usualPort)
        default: break
        }
    }
}
