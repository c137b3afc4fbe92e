// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
internal import LowportLinux

/// How the helper can reach a program.
extension ProgramFile {
    /// Why neither the library nor the broker can bring the helper's binds to the program; nil if one of them can.
    func deliveryObstacle(startedBy starter: ProcessCredentials) -> ByteString? {
        if image == .unknown, isReadable { return "it is neither a script nor a program" }
        let started = started(by: starter)
        if started.isSetID { return "it is set-id, and would lose that under the broker" }
        if started.isSecure { return "it has file capabilities, and would lose them under the broker" }
        return nil
    }

    /// Whether the broker reaches the program only on request, because the file appears to have privileges to lose.
    func needsBrokerByName(startedBy starter: ProcessCredentials) -> Bool {
        guard deliveryObstacle(startedBy: starter) == nil, brokerReason != nil else { return false }
        if case .some = attribute { return true }
        var elsewhere = self
        elsewhere.isOnNosuidMount = false
        return elsewhere.started(by: starter).isSetID
    }

    /// Why the program needs the broker, as the end of a sentence; nil if the library suffices.
    var brokerReason: ByteString? { EngineChoice.obstacle(to: image) }
}
