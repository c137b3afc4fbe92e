// SPDX-License-Identifier: Apache-2.0
public import Linux

/// The public state of the kernel engine: that it is enabled, and for which processes.
///
/// Only root can access the pins of the engine. The process that enables the engine therefore writes a file in /run,
/// which is gone after a reboot, as is the policy in the kernel. The file never permits anything.
public struct EngineState: Hashable, Sendable {
    /// The cookie of the only network namespace in which the policy applies; nil for all namespaces.
    public var network: UInt64?
    /// The control group to which the policy applies, as in /proc/PID/cgroup: `/` for all groups.
    public var cgroup: ByteString
    /// Whether the kernel has the whole policy, so that no other engine is needed.
    public var isComplete: Bool
    /// The fingerprint of the policy files from when the kernel got the policy.
    public var files: PolicyFingerprint

    /// Creates a state.
    public init(
        network: UInt64?,
        cgroup: ByteString,
        isComplete: Bool,
        files: PolicyFingerprint = PolicyFingerprint()
    ) {
        self.network = network
        self.cgroup = cgroup
        self.isComplete = isComplete
        self.files = files
    }

    /// The directory of runtime files.
    public static var directory: ByteString { "/run/lowport" }
    /// The name of the state file in that directory.
    public static var name: ByteString { "kernel" }

    /// Parses `text`; nil unless it is exactly the text that `byteString` produces.
    ///
    /// Names of control groups may contain line feeds; the exact comparison prevents such a name from passing for
    /// another line.
    public init?(_ text: ByteString) {
        var network: UInt64??
        var cgroup: ByteString?
        var isComplete: Bool?
        var files: PolicyFingerprint?
        for line in text.split(on: UInt8(ascii: "\n")) {
            let words = line.split(on: UInt8(ascii: " "))
            guard words.count >= 2 else { continue }
            let value = ByteString(line.bytes[(words[0].count + 1)...])
            if words[0] == "network" {
                if value == "all" {
                    network = .some(nil)
                } else {
                    network = Digits.canonicalNumber(value).map { .some($0) }
                }
            }
            if words[0] == "cgroup" { cgroup = value }
            if words[0] == "complete" { isComplete = value == "yes" }
            if words[0] == "files" { files = PolicyFingerprint(value) }
        }
        guard let network, let cgroup, let isComplete, let files else { return nil }
        self.init(network: network, cgroup: cgroup, isComplete: isComplete, files: files)
        if byteString != text { return nil }
    }

    /// The text of the state file.
    public var byteString: ByteString {
        let network: ByteString = if let network { ByteString(decimal: network) } else { "all" }
        let complete: ByteString = isComplete ? "yes" : "no"
        return "network \(network)\ncgroup \(cgroup)\ncomplete \(complete)\nfiles \(files)\n"
    }

    /// Whether the policy files are unchanged since the kernel got the policy.
    ///
    /// Commands such as `lowport grant` load every change into the kernel; an editor does not.
    public var isCurrent: Bool { files.agrees(with: .current()) }

    /// Returns the state of this machine; nil if the file does not exist or if a user other than root can have written
    /// it.
    public static func current() -> EngineState? {
        let path: ByteString = "\(directory)/\(name)"
        guard let file = try? FileDescriptor.open(path, [.readOnly, .noFollow, .nonBlocking]),
            let status = try? file.status(), status.kind == .regular, status.owner == .root,
            !status.mode.isWritableByGroupOrOthers, let text = try? file.readToEnd(limit: 8192)
        else { return nil }
        return EngineState(ByteString(text))
    }

    /// Whether the policy applies to a process with these control groups, as in /proc/PID/cgroup, and this network
    /// namespace.
    public func holds(for groups: ByteString, network: UInt64?) -> Bool {
        if let wanted = self.network, wanted != network { return false }
        guard let line = groups.split(on: UInt8(ascii: "\n")).first(where: { $0.hasPrefix("0::/") }) else {
            return false
        }
        let group = ByteString(line.bytes[3...])
        return cgroup == "/" || group == cgroup || group.hasPrefix(cgroup + "/")
    }

    /// Whether the policy applies to this process, and therefore to the program that it executes.
    public var holdsHere: Bool {
        guard let groups = try? FileDescriptor.open("/proc/self/cgroup", .readOnly).readToEnd(limit: 65536) else {
            return false
        }
        return holds(for: ByteString(groups), network: try? networkNamespaceCookie())
    }
}
