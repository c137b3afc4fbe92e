// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

// `String` where the rest of the library takes or gives bytes. A literal stays a `ByteString`.

extension Capability {
    /// Creates the capability with the name `name`, such as `cap_net_bind_service`; nil if there is none.
    @_disfavoredOverload public init?(named name: String) { self.init(named: ByteString(name)) }
}

extension CapabilityState {
    /// Parses a text in the form of cap_from_text(3): `cap_net_bind_service=ep`.
    @_disfavoredOverload public init(text: String) throws(CapabilityTextError) { try self.init(text: ByteString(text)) }
}

extension InheritedCapabilities {
    /// Parses a text in the form of cap_iab_from_text(3): `!cap_chown,^cap_net_bind_service`.
    @_disfavoredOverload public init(text: String) throws(CapabilityTextError) { try self.init(text: ByteString(text)) }
}

extension FileCapabilities {
    /// Reads the capabilities of the file at `path`; nil if it has none. Throws as the form with bytes does.
    @_disfavoredOverload public init?(ofFile path: String, followLinks: Bool = true) throws(Errno) {
        try self.init(ofFile: ByteString(path), followLinks: followLinks)
    }

    /// Sets these capabilities on the regular file at `path`, which must not be a symbolic link. Needs CAP_SETFCAP.
    @_disfavoredOverload public func write(to path: String) throws(Errno) { try write(to: ByteString(path)) }

    /// Removes all capabilities of the regular file at `path`. Needs CAP_SETFCAP; throws ENODATA if it has none.
    @_disfavoredOverload public static func remove(from path: String) throws(Errno) {
        try remove(from: ByteString(path))
    }
}

extension PrivilegeDrop {
    /// Describes the change to the user with the name `name`, with the groups of a login session.
    ///
    ///     try PrivilegeDrop(toUser: "www-data", keeping: [.netBindService]).perform()
    /// - Parameters:
    ///   - name: the name of the user.
    ///   - kept: the capabilities that the process keeps, permitted and effective.
    /// - Throws: ENOENT if there is no such user, and the error of a database that did not answer.
    public init(toUser name: String, keeping kept: CapabilitySet = []) throws(Errno) {
        guard let user = try Accounts.findUser(named: ByteString(name)),
            let group = try Accounts.findPrimaryGroup(of: user)
        else { throw .noSuchFile }
        let groups = Accounts.groups(ofUser: ByteString(name))
        // A known user has at least the primary group.
        if groups.isEmpty { throw .inputOutput }
        self.init(user: user, group: group, supplementaryGroups: groups, keeping: kept)
    }
}

#if !hasFeature(Embedded)
    // The text of values, for `String` and `print`.

    extension Capability: CustomStringConvertible {
        /// The name, such as `cap_net_bind_service`, or the number if there is no name.
        public var description: String { byteString.description }
    }

    extension CapabilitySet: CustomStringConvertible {
        /// The names of the members, in the order of their numbers, with commas between them.
        public var description: String { map(\.description).joined(separator: ",") }
    }

    extension CapabilityState: CustomStringConvertible {
        /// The text in the form of cap_to_text(3): `cap_net_bind_service=ep`.
        public var description: String { text().description }
    }

    extension InheritedCapabilities: CustomStringConvertible {
        /// The text in the form of cap_iab_to_text(3): `!cap_chown,^cap_net_bind_service`.
        public var description: String { text().description }
    }

    extension CapabilityTextError: CustomStringConvertible {
        /// The reason as a sentence without a full stop.
        public var description: String { byteString.description }
    }

    extension ProcessCapabilitiesError: CustomStringConvertible {
        /// The reason as a sentence without a full stop.
        public var description: String {
            switch self {
            case .otherThreads(let count):
                "the process has \(count) more \(count == 1 ? "thread" : "threads"), which would keep all capabilities"
            case .system(let error): error.description
            }
        }
    }
#endif
