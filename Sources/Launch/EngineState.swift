// SPDX-License-Identifier: Apache-2.0
public import Linux

/// What everybody may know of the kernel engine: that it is enabled, and for whom.
///
/// The pins of the engine are for root alone. So whoever enables it leaves a file in /run, which is gone with the next
/// start of the machine as the policy in the kernel is. Nothing is allowed because of it.
public struct EngineState: Hashable, Sendable {
    /// The cookie of the only network namespace that the policy holds in; nil for all.
    public var network: UInt64?
    /// The control group that it holds in, as /proc/PID/cgroup has it: `/` for all.
    public var cgroup: ByteString
    /// Whether the kernel knows all of the policy, so that nobody else need be asked.
    public var isComplete: Bool
    /// What the files of the policy were when the kernel got it.
    public var files: PolicyFingerprint

    /// Creates a notice.
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

    /// The directory of what exists while the machine runs.
    public static var directory: ByteString { "/run/lowport" }
    /// The name of the notice in it.
    public static var name: ByteString { "kernel" }

    /// Reads what stands in `text`; nil if it is not a notice, byte by byte as one is written.
    ///
    /// So what names of control groups hold, which may have line feeds in them, never passes for another line.
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

    /// What is written.
    public var byteString: ByteString {
        let network: ByteString = if let network { ByteString(decimal: network) } else { "all" }
        let complete: ByteString = isComplete ? "yes" : "no"
        return "network \(network)\ncgroup \(cgroup)\ncomplete \(complete)\nfiles \(files)\n"
    }

    /// Whether the files of the policy are as they were when the kernel got it.
    ///
    /// `lowport grant` and its like bring every change into the kernel; an editor does not.
    public var isCurrent: Bool { files.agrees(with: .current()) }

    /// The notice of this machine; nil if there is none, or if somebody other than root wrote it.
    public static func current() -> EngineState? {
        let path: ByteString = "\(directory)/\(name)"
        guard let file = try? FileDescriptor.open(path, [.readOnly, .noFollow, .nonBlocking]),
            let status = try? file.status(), status.kind == .regular, status.owner == .root,
            !status.mode.isWritableByGroupOrOthers, let text = try? file.readToEnd(limit: 8192)
        else { return nil }
        return EngineState(ByteString(text))
    }

    /// Whether the policy holds for a process with these control groups, as /proc/PID/cgroup has them, and network.
    public func holds(for groups: ByteString, network: UInt64?) -> Bool {
        if let wanted = self.network, wanted != network { return false }
        guard let line = groups.split(on: UInt8(ascii: "\n")).first(where: { $0.hasPrefix("0::/") }) else {
            return false
        }
        let group = ByteString(line.bytes[3...])
        return cgroup == "/" || group == cgroup || group.hasPrefix(cgroup + "/")
    }

    /// Whether the policy holds for this process, and so for what it becomes.
    public var holdsHere: Bool {
        guard let groups = try? FileDescriptor.open("/proc/self/cgroup", .readOnly).readToEnd(limit: 65536) else {
            return false
        }
        return holds(for: ByteString(groups), network: try? networkNamespaceCookie())
    }
}
