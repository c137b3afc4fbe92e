// SPDX-License-Identifier: Apache-2.0
internal import BindBroker
internal import Launch
internal import Linux

/// `lowport-run --probe`: tells whether the broker works for a user, by trying.
struct Probe {
    /// The user, by name or number; nil for the calling user.
    let user: ByteString?

    /// Writes the line of `BrokerTrial`, and what it means if the broker does not work.
    /// - Returns: the exit status: 0 if the broker works, 1 if not, 125 if that could not be found out.
    func answer() -> Int32 {
        if let user { return become(user) }
        let trial = BrokerTrial(helper: Installation.path(of: "lowport-helper"))
        var text = trial.byteString + "\n"
        if case .fails(let error) = trial { text += error.sentence + "\n" }
        guard (try? InheritedDescriptor.standardOutput.write(text)) != nil else { return 125 }
        if case .works = trial { return 0 }
        return 1
    }

    /// Executes this program again as the user: a process that has only changed its user cannot be looked into
    /// (prctl(2), `PR_SET_DUMPABLE`). Returns, with the exit status, only if that fails.
    private func become(_ name: ByteString) -> Int32 {
        do throws(Errno) {
            guard let path = Installation.path(of: "lowport-run") else { throw .noSuchFile }
            let number = Digits.number(name, upTo: UInt64(UInt32.max) - 1).map { UserID(rawValue: UInt32($0)) }
            guard let user = Accounts.user(named: name) ?? number else { throw .noSuchFile }
            let named = Accounts.name(of: user)
            let group = Accounts.primaryGroup(of: user) ?? GroupID(rawValue: user.rawValue)
            try CurrentProcess.setSupplementaryGroups(named.map { Accounts.groups(ofUser: $0) } ?? [])
            try CurrentProcess.becomeGroup(group)
            try CurrentProcess.becomeUser(user)
            try execute(fileAt: path, arguments: ["lowport-run", "--probe"])
        } catch {
            try? InheritedDescriptor.standardError.write(
                "lowport-run: cannot become \(name.escaped): \(error.sentence)\n"
            )
            return 125
        }
    }
}
