// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLaunch
internal import LowportLinux

/// The process that binds: a running process, or one that is to be started.
struct BindingProcess: Hashable, Sendable {
    /// The process ID; nil if the process is to be started.
    var identifier: Int32?
    /// The credentials of the process, or of the process that starts it.
    var credentials: ProcessCredentials
    /// How the binds of the process already reach the helper.
    var delivery = ProcessDelivery.none
    /// Whether the capabilities of the process apply to its network namespace (user_namespaces(7)).
    var doCapabilitiesCount = true

    /// Whether the process is running.
    var isRunning: Bool { identifier != nil }

    /// Whether the process is under the broker.
    ///
    /// The supervisor and its helper were started before the limits of the process were set, and have none of them.
    var isUnderBroker: Bool { delivery == .broker }

    /// Whether the process exists, and asks the helper itself.
    var asksHelper: Bool { delivery == .own }

    /// The path of the part of Lowport with the file name `name` that the process finds; nil if it finds none.
    func part(_ name: ByteString) -> ByteString? {
        asksHelper ? Installation.standardPath(of: name) : Installation.path(of: name)
    }

    /// The name of the process below /proc.
    var directory: ByteString { Self.directory(of: identifier) }

    /// The name below /proc of the process `identifier`; nil stands for this process.
    static func directory(of identifier: Int32?) -> ByteString { identifier.map { "\($0)" } ?? "self" }

    /// The effect of a capability of the process on the bind.
    var effectOfCapabilities: Finding.Effect { doCapabilitiesCount ? .allows : .refuses }
}
