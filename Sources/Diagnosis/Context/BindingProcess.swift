// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Linux

/// The process that binds: one that runs, or one that is to be started.
struct BindingProcess: Hashable, Sendable {
    /// Its number; nil if it is to be started.
    var identifier: Int32?
    /// Its credentials, or those of the process that starts it.
    var credentials: ProcessCredentials
    /// How its binds come to the helper already.
    var delivery = ProcessDelivery.none
    /// Whether its capabilities count in its network namespace (user_namespaces(7)).
    var doCapabilitiesCount = true

    /// Whether it runs.
    var isRunning: Bool { identifier != nil }

    /// Whether it is under the broker.
    ///
    /// The supervisor and its helper were started before the limits of the process came to be, and have none.
    var isUnderBroker: Bool { delivery == .broker }

    /// Its name below /proc.
    var directory: ByteString { Self.directory(of: identifier) }

    /// The name below /proc of the process `identifier`; nil is this one.
    static func directory(of identifier: Int32?) -> ByteString { identifier.map { "\($0)" } ?? "self" }

    /// What a capability that the process has does for the bind.
    var effectOfCapabilities: Finding.Effect { doCapabilitiesCount ? .allows : .refuses }
}
