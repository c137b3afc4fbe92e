// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
internal import LowportLaunch
internal import LowportLinux
internal import LowportPolicy

/// The drop-ins that let the program of a unit bind. Each is proposed only if the answer to the same question, about the
/// unit with the drop-in, is yes, or if nothing but a rule is missing then.
extension UnitRemedies {
    /// All remedies that bring a permission to the program, the safest first.
    var all: [Remedy] {
        if unit.socket(for: context.request) != nil { return [] }
        if findings.hasWay || findings.isDelivered {
            return [dropIn(.unblock, [[]], "takes out of the way what the unit itself refuses")].compacted
        }
        let regained = regained
        // With the capability back, nothing is left to give.
        let isCapable = regained.map { Findings(examiners, context.changed(by: $0.dropInLines)).hasWay } ?? false
        return [underLowport, regained].compacted + enabling + (isCapable ? [] : [capable].compacted)
    }

    /// The program under `lowport run`.
    private var underLowport: Remedy? {
        guard case .plain = unit.start.way, unit.commands.count == 1, let command = unit.command,
            let lowport = Self.lowport
        else { return nil }
        let value = ByteString(command.setting.value.bytes.dropFirst(command.marks.count))
        // With `@`, the second word is no argument.
        if command.marks.bytes.contains(UInt8(ascii: "@")) { return nil }
        let options: [ByteString] = ["", " --via broker"]
        return dropIn(
            .deliver,
            options.map { ["ExecStart=", "ExecStart=\(command.marks)\(lowport) run\($0) \(value)"] },
            "starts it under Lowport, where it may bind what a rule allows"
        )
    }

    /// What takes back the settings that keep the privilege of a file from the program, or from the helper.
    private var regained: Remedy? {
        dropIn(
            .deliver,
            [[Self.bounding], ["NoNewPrivileges=no"], [Self.bounding, "NoNewPrivileges=no"], ["PrivateUsers=no"]],
            "no longer keeps from the service what its program, or the helper of Lowport, has been given"
        )
    }

    /// With the kernel engine the kernel decides by itself, and the unit stays as it is.
    private var enabling: [Remedy] {
        let isBlocked = findings.all.contains { $0.effect == .blocks }
        guard context.kernel == .off, !context.requester.isTransient, !isBlocked, unit.network == .machine else {
            return []
        }
        let effect: ByteString = "has the kernel itself let every process bind what the policy allows it"
        return [Remedy(.deliver, "sudo lowport enforce enable", effect)]
    }

    /// The capability in the program's hands.
    private var capable: Remedy? {
        let ambient: ByteString = "AmbientCapabilities=CAP_NET_BIND_SERVICE"
        let ways = [[ambient], [Self.bounding, ambient]]
        return dropIn(
            .deliver,
            ways + ways.map { $0 + ["PrivateUsers=no"] },
            "gives the service the capability, for every low port; no rule is needed then"
        )
    }

    /// The path of the command `lowport`: beside the parts of this installation, or where systemd finds it by name.
    private static var lowport: ByteString? {
        let parts = Installation.path(of: "lowport-run").flatMap { try? ResolvedPath($0, followLinks: true).path }
        let prefix = parts.map { ByteString(joining: Array($0.split(on: UInt8(ascii: "/")).dropLast(3)), with: "/") }
        let directories = (prefix.map { ["\($0)/bin"] } ?? []) + ServiceUnit.searchPath.split(on: UInt8(ascii: ":"))
        return directories.map { $0 + "/lowport" }.first { (try? checkAccess(.execute, to: $0)) != nil }
    }

    private static let bounding: ByteString = "CapabilityBoundingSet=CAP_NET_BIND_SERVICE"

    /// The remedy with the first of `candidates` that suffices, together with what lifts everything else.
    private func dropIn(_ step: Remedy.Step, _ candidates: [[ByteString]], _ effect: ByteString) -> Remedy? {
        guard let lifts else { return nil }
        let texts = candidates.map { ["[Service]"] + lifts + $0 }
        guard let lines = texts.first(where: { lines in lines.allSatisfy(\.isVisible) && suffices(lines) }) else {
            return nil
        }
        return lines.count == 1 ? nil : Remedy(step, editing: unit.name.text, lines, effect)
    }

    /// The lines that lift what blocks the bind; nil if a drop-in cannot lift all of it.
    private var lifts: [ByteString]? {
        let obstacles = examiner.obstacles(context, unit)
        let lines = obstacles.compactMap(\.lift)
        return lines.count == obstacles.count ? lines : nil
    }
}

/// What the drop-ins are found with.
struct UnitRemedies {
    let unit: ServiceUnit
    let context: BindContext
    let findings: Findings
    /// The examiner of the unit.
    let examiner: UnitExaminer
    /// All examiners, which have examined the unit as it is.
    let examiners: [any Examiner]

    /// Whether the bind works with these lines, or lacks nothing but a rule.
    func suffices(_ lines: [ByteString]) -> Bool {
        let changed = context.changed(by: lines)
        return Findings(examiners, changed).lacksPermissionAtMost
    }
}

extension [Remedy?] {
    fileprivate var compacted: [Remedy] { compactMap { $0 } }
}
