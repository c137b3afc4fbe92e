// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Why the helper cannot bind low ports for a process that starts it.
package enum HelperObstacle: Hashable, Sendable {
    /// It is not installed.
    case missing
    /// It cannot be executed.
    case notStarted(Errno)
    /// It ends before it could bind anything, with this error or, if nil, killed by a signal.
    case ends(Errno?)
    /// Its caller may not gain privileges: `PR_SET_NO_NEW_PRIVS` (prctl(2)).
    case noNewPrivileges
    /// `CAP_NET_BIND_SERVICE` is not in the bounding set.
    case boundingSet
    /// The user namespace of its caller does not own the network namespace, where its capabilities have no effect.
    case foreignNetwork
    /// Its caller is in a user namespace to whose root the capabilities of the file do not belong.
    case userNamespace
    /// Its caller has no user number in the user namespace.
    case unmappedUser
    /// Its file system is mounted `nosuid`.
    case noSetUserID
    /// Its file gives it no capability.
    case noPrivilege
    /// Its caller is traced, as by strace(1).
    case traced
    /// It gains no capability, and none of the above is the reason.
    case unexplained

    /// The obstacle, as a sentence.
    package var sentence: ByteString {
        switch self {
        case .missing: "the helper is not installed"
        case .notStarted(.wouldBlock):
            "the helper cannot be started: the user has as many processes as the limit allows (ulimit -u)"
        case .notStarted(let error): "the helper cannot be started: \(error.sentence)"
        case .ends(let error?): "the helper cannot do its work: \(error.sentence)"
        case .ends(nil): "the helper is killed when it starts, as by a filter of system calls"
        case .noNewPrivileges: "no_new_privs keeps the helper from having any privilege"
        case .boundingSet: "CAP_NET_BIND_SERVICE is outside the bounding set here"
        case .foreignNetwork:
            "the network belongs to another user namespace, where the capabilities of this one do not count"
        case .userNamespace: "the capabilities of the helper's file are not for this user namespace"
        case .unmappedUser: "the user has no number in this user namespace"
        case .noSetUserID: "the helper lies on a file system that is mounted nosuid, and has no privilege there"
        case .noPrivilege: "the helper of Lowport is not installed with its privilege"
        case .traced: "a process that is traced cannot start the helper with its privilege"
        case .unexplained: "the helper gains no privilege here"
        }
    }

    /// What would remove the obstacle; nil if that depends on more than is known here.
    package var hint: ByteString? {
        switch self {
        case .noNewPrivileges:
            "in a container, allow new privileges (Docker: without --security-opt no-new-privileges; Kubernetes: "
                + "allowPrivilegeEscalation: true); or let the host decide: sudo lowport enforce enable"
        case .boundingSet:
            "in a container, add the capability (Docker, podman: --cap-add NET_BIND_SERVICE); or let the host decide: "
                + "sudo lowport enforce enable"
        case .foreignNetwork, .userNamespace, .unmappedUser:
            "outside of the user namespace: sudo lowport enforce enable"
        case .missing: "install all of Lowport: sudo make install"
        case .noPrivilege: "lowport doctor says how to give it back"
        case .noSetUserID: "install Lowport on another file system: sudo make install PREFIX=..."
        case .notStarted, .ends, .traced, .unexplained: nil
        }
    }
}

// MARK: - As text

extension HelperObstacle {
    private static var words: [(word: ByteString, obstacle: HelperObstacle)] {
        [
            ("missing", .missing), ("killed", .ends(nil)), ("no-new-privs", .noNewPrivileges),
            ("bounding-set", .boundingSet), ("foreign-network", .foreignNetwork), ("user-namespace", .userNamespace),
            ("unmapped-user", .unmappedUser), ("nosuid", .noSetUserID), ("no-privilege", .noPrivilege),
            ("traced", .traced),
            ("unexplained", .unexplained),
        ]
    }

    /// The obstacle as a word and, with some, the number of an error: `bounding-set`, `not-started 13`.
    var word: ByteString {
        switch self {
        case .notStarted(let error): "not-started \(error.rawValue)"
        case .ends(let error?): "ends \(error.rawValue)"
        default: Self.words.first { $0.obstacle == self }?.word ?? "unexplained"
        }
    }

    /// Parses what `word` gives; nil for anything else.
    init?(word: ByteString, error: Errno?) {
        if let error {
            switch word {
            case "not-started": self = .notStarted(error)
            case "ends": self = .ends(error)
            default: return nil
            }
            return
        }
        guard let known = Self.words.first(where: { $0.word == word }) else { return nil }
        self = known.obstacle
    }
}
