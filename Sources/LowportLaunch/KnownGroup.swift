// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A group that the policy names, and its members when the kernel got the policy: the kernel sees no supplementary groups.
package struct KnownGroup: Hashable, Sendable, ByteStringConvertible {
    /// The group.
    package let group: GroupID
    /// The members, in ascending order.
    package let members: [UserID]

    /// Creates a description.
    package init(group: GroupID, members: [UserID]) {
        self.group = group
        self.members = members.sorted { $0.rawValue < $1.rawValue }
    }

    /// Parses `GID`, and `UID` for each member.
    init?(_ text: ByteString) {
        let numbers = text.split(on: UInt8(ascii: " ")).map { Digits.canonicalNumber($0, upTo: UInt64(UInt32.max)) }
        guard let group = numbers[0] else { return nil }
        var members: [UserID] = []
        for number in numbers.dropFirst() {
            guard let number else { return nil }
            members.append(UserID(rawValue: UInt32(number)))
        }
        self.init(group: GroupID(rawValue: UInt32(group)), members: members)
    }

    /// `GID`, and `UID` for each member.
    package var byteString: ByteString { members.reduce("\(group)") { "\($0) \($1)" } }
}

extension EngineState {
    /// Whether the kernel takes a process of `user` for a member of every group that the policy names and the process has:
    /// those who became members later, or got a group in another way, are not known to it.
    /// - Parameter groups: the real group first, which the kernel sees, then the supplementary ones.
    package func knows(_ user: UserID, in groups: [GroupID]) -> Bool {
        self.groups.allSatisfy { known in
            !groups.dropFirst().contains(known.group) || groups.first == known.group || known.members.contains(user)
        }
    }

    /// Whether it knows this process, likewise.
    package var knowsThisProcess: Bool {
        guard let others = try? CurrentProcess.supplementaryGroups() else { return false }
        return knows(CurrentProcess.realUser, in: [CurrentProcess.realGroup] + others)
    }

    /// Whether the first unprivileged port is still the one that the kernel got the policy for; true as well in another
    /// network namespace, whose ports are not looked at.
    package var isThresholdCurrent: Bool {
        guard let details, let network, (try? networkNamespaceCookie()) == network else { return true }
        return UInt32(details.limit) == min(PortThreshold.currentOrStandard, UInt32(UInt16.max))
    }
}
