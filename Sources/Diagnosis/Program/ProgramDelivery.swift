// SPDX-License-Identifier: Apache-2.0
internal import Launch
internal import Linux

/// How a program can be reached by the helper.
extension ProgramFile {
    /// Why the helper's binds cannot be brought to the program, neither by the library nor by the broker; nil if they can.
    var deliveryObstacle: ByteString? {
        if image == .unknown { return "it is neither a script nor a program" }
        if isSetID { return "it is set-id, and would lose that under the broker" }
        if gainsCapabilities { return "it has file capabilities, and would lose them under the broker" }
        return nil
    }

    /// Whether the broker reaches it only if it is asked for, since the file looks as if it had something to lose.
    var needsBrokerByName: Bool {
        guard deliveryObstacle == nil, brokerReason != nil else { return false }
        if case .some = attribute { return true }
        return mode.isSetID
    }

    /// Why the broker is needed for it, as the end of a sentence; nil if the library does.
    var brokerReason: ByteString? {
        switch image {
        case .linkedStatically: "it is statically linked"
        case .go: "it is a Go program, which makes its system calls itself"
        case .foreign: "it is of another architecture"
        case .dynamic, .script, .unknown: nil
        }
    }
}
