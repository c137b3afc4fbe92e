// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The public state of the kernel engine: that it is enabled, and for which processes.
///
/// Only root can access the pins of the engine. The process that enables the engine therefore writes a file in /run,
/// which is gone after a reboot, as is the policy in the kernel. The file never permits anything.
package struct EngineState: Hashable, Sendable {
    /// The cookie of the only network namespace in which the policy applies; nil for all namespaces.
    package var network: UInt64?
    /// The control group to which the policy applies, as in /proc/PID/cgroup: `/` for all groups.
    package var cgroup: ByteString
    /// Whether the kernel has the whole policy, so that no other engine is needed.
    package var isComplete: Bool
    /// The fingerprint of the policy files from when the kernel got the policy.
    package var files: PolicyFingerprint
    /// The programs that rules name, with their files as the kernel got them.
    package var programs: [NamedProgramFile]
    /// The groups that the policy names, with their members as the kernel got them.
    package var groups: [KnownGroup]
    /// What only people want to know; nil if an earlier version wrote the file.
    package var details: Details?

    /// What is in force, for `lowport enforce status`.
    package struct Details: Hashable, Sendable {
        /// The number of rules.
        package var rules: UInt64
        /// The first unprivileged port.
        package var limit: UInt16
        /// The time at which the policy was applied, in seconds since 1970-01-01T00:00:00Z.
        package var applied: UInt64
        /// Whether the files had errors.
        package var hasErrors: Bool
        /// Whether any user or group is confined.
        package var confines: Bool

        /// Creates details.
        package init(rules: UInt64, limit: UInt16, applied: UInt64, hasErrors: Bool, confines: Bool) {
            self.rules = rules
            self.limit = limit
            self.applied = applied
            self.hasErrors = hasErrors
            self.confines = confines
        }

        /// Parses the output of `byteString`. The caller compares the whole text with what was parsed.
        fileprivate init?(_ text: ByteString) {
            let words = text.split(on: UInt8(ascii: " "))
            guard words.count == 10, let rules = Digits.canonicalNumber(words[1]),
                let limit = Digits.canonicalNumber(words[3], upTo: 65535),
                let applied = Digits.canonicalNumber(words[5])
            else { return nil }
            self.init(
                rules: rules,
                limit: UInt16(limit),
                applied: applied,
                hasErrors: words[7] == "yes",
                confines: words[9] == "yes"
            )
        }

        fileprivate var byteString: ByteString {
            let errors: ByteString = hasErrors ? "yes" : "no"
            let confined: ByteString = confines ? "yes" : "no"
            return
                "rules \(ByteString(decimal: rules)) limit \(ByteString(decimal: UInt64(limit))) applied \(ByteString(decimal: applied)) errors \(errors) confines \(confined)"
        }
    }

    /// Creates a state.
    package init(
        network: UInt64?,
        cgroup: ByteString,
        isComplete: Bool,
        files: PolicyFingerprint = PolicyFingerprint(),
        programs: [NamedProgramFile] = [],
        groups: [KnownGroup] = [],
        details: Details? = nil
    ) {
        self.programs = programs
        self.groups = groups
        self.network = network
        self.cgroup = cgroup
        self.isComplete = isComplete
        self.files = files
        self.details = details
    }

    /// The directory of runtime files.
    package static var directory: ByteString { "/run/lowport" }
    /// The name of the state file in that directory.
    package static var name: ByteString { "kernel" }

    /// Parses `text`; nil unless it is exactly the text that `byteString` produces. A version that knows fewer lines
    /// therefore takes the file for none.
    ///
    /// Names of control groups may contain line feeds; the exact comparison prevents such a name from passing for
    /// another line.
    package init?(_ text: ByteString) {
        var network: UInt64??
        var cgroup: ByteString?
        var isComplete: Bool?
        var files: PolicyFingerprint?
        var programs: [NamedProgramFile] = []
        var groups: [KnownGroup] = []
        var details: Details?
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
            if words[0] == "program", let program = NamedProgramFile(value) { programs.append(program) }
            if words[0] == "group", let group = KnownGroup(value) { groups.append(group) }
            if words[0] == "details" { details = Details(value) }
        }
        guard let network, let cgroup, let isComplete, let files else { return nil }
        self.init(
            network: network,
            cgroup: cgroup,
            isComplete: isComplete,
            files: files,
            programs: programs,
            groups: groups,
            details: details
        )
        if byteString != text { return nil }
    }

    /// The text of the state file.
    package var byteString: ByteString {
        let network: ByteString = if let network { ByteString(decimal: network) } else { "all" }
        let complete: ByteString = isComplete ? "yes" : "no"
        var text: ByteString = "network \(network)\ncgroup \(cgroup)\ncomplete \(complete)\nfiles \(files)\n"
        for program in programs { text += "program \(program)\n" }
        for group in groups { text += "group \(group)\n" }
        return details.map { "\(text)details \($0.byteString)\n" } ?? text
    }

    /// Whether the policy files, the programs that rules name and the first unprivileged port are unchanged since the kernel
    /// got the policy.
    ///
    /// Commands such as `lowport grant` load every change into the kernel; an editor does not.
    package var isCurrent: Bool { files.agrees(with: .current()) && areProgramsCurrent && isThresholdCurrent }

    /// Whether the programs that rules name are the files that the kernel got.
    package var areProgramsCurrent: Bool { programs.allSatisfy { $0.isCurrent } }

    /// Returns the state of this machine; nil if the file does not exist or if a user other than root can have written
    /// it.
    package static func current() -> EngineState? {
        let path: ByteString = "\(directory)/\(name)"
        guard let file = try? FileDescriptor.open(path, [.readOnly, .noFollow, .nonBlocking]),
            let status = try? file.status(), status.kind == .regular, status.owner == .root,
            !status.mode.isWritableByGroupOrOthers, let text = try? file.readToEnd(limit: 16 << 20)
        else { return nil }
        return EngineState(ByteString(text))
    }

    /// Whether the policy applies to a process with these control groups, as in /proc/PID/cgroup, and this network
    /// namespace.
    package func holds(for groups: ByteString, network: UInt64?) -> Bool {
        if let wanted = self.network, wanted != network { return false }
        guard let line = groups.split(on: UInt8(ascii: "\n")).first(where: { $0.hasPrefix("0::/") }) else {
            return false
        }
        let group = ByteString(line.bytes[3...])
        return cgroup == "/" || group == cgroup || group.hasPrefix(cgroup + "/")
    }

    /// Whether the policy applies to this process, and therefore to the program that it executes.
    package var holdsHere: Bool {
        guard let groups = try? FileDescriptor.open("/proc/self/cgroup", .readOnly).readToEnd(limit: 65536) else {
            return false
        }
        return holds(for: ByteString(groups), network: try? networkNamespaceCookie())
    }
}
