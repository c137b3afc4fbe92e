// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import KernelPolicy
internal import Launch
internal import Linux
internal import PolicyInventory
internal import PortPolicy

/// A program whose file has CAP_NET_BIND_SERVICE, and what was seen of it.
struct CapableProgram {
    let path: ByteString
    /// What the kernel calls the file.
    let inode: ProgramInode?
    /// What stat(2) calls it.
    let identity: FileIdentity
    /// Whether a line confines it.
    let isConfined: Bool
    /// Why no rule can name it, as the end of a sentence; nil if one can.
    let fault: ByteString?
    /// The ports that it was seen binding.
    var seen: Set<SeenBinds.Bind> = []

    /// The programs below `directories`, sorted by path, each file once. Network file systems, and those without files on
    /// a disk or in memory, are left out.
    /// - Parameter report: called with what could not be looked at, and why.
    static func all(below directories: [ByteString], _ report: (ByteString, Errno) -> Void) -> [CapableProgram] {
        let confined = Set(
            RuleStore.system.load().rules.files.flatMap(\.confinements).compactMap(\.confinement.program)
        )
        var devices = KernelDevices()
        var files: Set<FileIdentity> = []
        return paths(below: directories, report).sorted().compactMap { path in
            guard let status = try? FileStatus(of: path), files.insert(status.identity).inserted else { return nil }
            return CapableProgram(
                path: path,
                inode: devices.inode(ofFileAt: path),
                identity: status.identity,
                isConfined: confined.contains(path),
                fault: faultOfRule(for: path)
            )
        }
    }

    private static func paths(below directories: [ByteString], _ report: (ByteString, Errno) -> Void) -> [ByteString] {
        var options = WalkOptions()
        options.skipsRemoteFileSystems = true
        var walk = FileCapabilityWalk(options)
        var paths: [ByteString] = []
        for directory in directories {
            walk.run(directory) { finding in
                switch finding.kind {
                case .capabilities(let capabilities):
                    if capabilities.permitted.contains(.netBindService) { paths.append(finding.path) }
                case .unreadable(let error), .closedDirectory(let error), .unfinishedDirectory(let error),
                    .unreachable(let error):
                    report(finding.path, error)
                case .none, .notFile: return
                }
            }
        }
        return paths
    }

    private static func faultOfRule(for path: ByteString) -> ByteString? {
        let line: ByteString = "confine program \(path)\n"
        guard RulesFile(path: "", content: line.bytes).confinements.first?.confinement.program == path else {
            return "has a name that no rule can have"
        }
        return NamedProgram.fault(ofProgramAt: path)
    }

    /// The ports that it was seen binding, for each protocol that rules have.
    private var ports: [(transport: TransportProtocol, ranges: ByteString)] {
        TransportProtocol.words.compactMap { transport in
            let ranges = SeenBinds.ranges(seen, transport)
            return ranges.isEmpty ? nil : (transport, ByteString(joining: ranges.map(\.byteString), with: ","))
        }
    }

    /// `tcp 80,443; udp 443`, or `-`.
    var seenText: ByteString {
        ports.isEmpty ? "-" : ByteString(joining: ports.map { "\($0.transport.name) \($0.ranges)" }, with: "; ")
    }

    /// Whether there is something to propose.
    private var isToBeConfined: Bool { !isConfined && fault == nil && !ports.isEmpty }

    /// The lines that allow what was seen, and no more.
    var rules: [ByteString] {
        guard isToBeConfined else { return [] }
        return ports.map { "allow program \(path) \($0.transport.name) \($0.ranges)" } + ["confine program \(path)"]
    }

    /// The commands that write these lines.
    var commands: [ShellCommand] {
        guard isToBeConfined else { return [] }
        return ports.compactMap { transport, ranges in
            // What the command takes without the option.
            let isDefault = transport == .tcp
            let kind: [ByteString] = isDefault ? [] : ["--protocol", transport.name]
            return ShellCommand(["sudo", "lowport", "grant", ranges] + kind + ["--program", path])
        }
    }

    /// What it may bind, in words.
    func reach(isEnforced: Bool) -> ByteString {
        if isConfined { return isEnforced ? "what rules allow it" : "every port: the kernel engine is not enabled" }
        return fault.map { "every port: it \($0)" } ?? "every port"
    }
}
