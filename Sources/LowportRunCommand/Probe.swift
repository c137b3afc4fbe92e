// SPDX-License-Identifier: Apache-2.0
internal import LowportBroker
internal import LowportLaunch
internal import LowportLinux

/// `lowport-run --probe`: tells whether the broker works for a user, or whether sockets can be bound, by trying.
struct Probe {
    /// The user, by name or number; nil for the calling user.
    let user: ByteString?
    /// The sockets to bind; if there are none, the broker is tried.
    let sockets: [SocketRequest]

    /// Writes the line of `BrokerTrial`, and what it means if the broker does not work.
    /// - Returns: the exit status: 0 if the broker works, 1 if not, 125 if that could not be found out.
    func answer() -> Int32 {
        if let user { return become(user) }
        if !sockets.isEmpty { return answerForSockets() }
        let trial = BrokerTrial(helper: Installation.path(of: "lowport-helper"))
        var text = trial.byteString + "\n"
        if case .fails(let error) = trial { text += error.sentence + "\n" }
        guard (try? InheritedDescriptor.standardOutput.write(text)) != nil else { return 125 }
        if case .works = trial { return 0 }
        return 1
    }

    /// Writes the line of `BindTrial` for each socket.
    /// - Returns: the exit status: 0 if all of them could be bound, 1 if not, 125 if that could not be said.
    private func answerForSockets() -> Int32 {
        let helper = Installation.path(of: "lowport-helper")
        var text = ByteString()
        var isWorking = true
        for socket in sockets {
            let trial = socket.trial(helper: helper)
            if !trial.works { isWorking = false }
            text += trial.byteString + "\n"
        }
        guard (try? InheritedDescriptor.standardOutput.write(text)) != nil else { return 125 }
        return isWorking ? 0 : 1
    }

    /// Executes this program again as the user: a process that has only changed its user cannot be looked into
    /// (prctl(2), `PR_SET_DUMPABLE`). Returns, with the exit status, only if that fails.
    private func become(_ name: ByteString) -> Int32 {
        do throws(Errno) {
            guard let path = Installation.path(of: "lowport-run") else { throw .noSuchFile }
            let number = Digits.number(name, upTo: UInt64(UInt32.max) - 1).map { UserID(rawValue: UInt32($0)) }
            guard let user = Accounts.user(named: name) ?? number else { throw .noSuchFile }
            let named = Accounts.name(of: user)
            // From here on, the process is that user's to look into.
            Confinement.resetEnvironment()
            try FileDescriptor.open("/", [.pathOnly, .directory]).becomeWorkingDirectory()
            let group = Accounts.primaryGroup(of: user) ?? GroupID(rawValue: user.rawValue)
            try CurrentProcess.setSupplementaryGroups(named.map { Accounts.groups(ofUser: $0) } ?? [])
            try CurrentProcess.becomeGroup(group)
            try CurrentProcess.becomeUser(user)
            var arguments: [ByteString] = ["lowport-run", "--probe"]
            for socket in sockets { arguments += ["--bind", socket.byteString] }
            try execute(fileAt: path, arguments: arguments)
        } catch {
            try? InheritedDescriptor.standardError.write(
                "lowport-run: cannot become \(name.escaped): \(error.sentence)\n"
            )
            return 125
        }
    }
}
