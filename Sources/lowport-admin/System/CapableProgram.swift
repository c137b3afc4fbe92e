// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportKernelPolicy
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

/// A program whose file has CAP_NET_BIND_SERVICE, and what was seen of it.
struct CapableProgram {
    let path: ByteString
    /// What the kernel calls the file.
    let inode: ProgramInode?
    /// What stat(2) calls it.
    let identity: FileIdentity
    /// Whether a line confines it, by whatever name of the file.
    let isConfined: Bool
    /// Why no rule can name it, as the end of a sentence; nil if one can.
    let fault: ByteString?
    /// The ports that it was seen binding.
    var seen: Set<SeenBinds.Bind> = []

    /// The programs below `directories`, sorted by path, each file once. Network file systems, and those without files on
    /// a disk or in memory, are left out.
    /// - Parameter report: called with what could not be looked at, and why.
    static func all(below directories: [ByteString], _ report: (ByteString, Errno) -> Void) -> [CapableProgram] {
        let confined = ConfinedPrograms()
        var devices = KernelDevices()
        var files: Set<FileIdentity> = []
        return paths(below: directories, report).sorted().compactMap { path in
            let status: FileStatus
            do throws(Errno) { status = try FileStatus(of: path) } catch {
                report(path, error)
                return nil
            }
            if !files.insert(status.identity).inserted { return nil }
            return CapableProgram(
                path: path,
                inode: devices.inode(ofFileAt: path),
                identity: status.identity,
                isConfined: confined.line(of: status.identity) != nil,
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
            // Rules name files by their absolute paths.
            walk.run((try? ResolvedPath(directory, followLinks: true))?.path ?? directory) { finding in
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
        let read = RulesFile(path: "", content: line.bytes).confinements.first?.confinement.program
        if read != path { return "has a name that no rule can have" }
        // What a terminal does not show as it is can be no proposal.
        if !path.isVisible { return "has a name with characters that are not seen" }
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
    func reach(_ engine: EngineState?) -> ByteString {
        if !isConfined { return fault.map { "every port: it \($0)" } ?? "every port" }
        guard let engine, engine.holdsHere else { return "every port: the kernel engine is not enabled" }
        return engine.isCurrent ? "what the rules allow" : "unknown: the kernel has older rules"
    }

    /// Whether the kernel holds it to the rules as they are now.
    func isHeld(by engine: EngineState?) -> Bool {
        isConfined && engine?.holdsHere == true && engine?.isCurrent == true
    }
}
