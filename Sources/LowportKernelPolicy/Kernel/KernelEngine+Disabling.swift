// SPDX-License-Identifier: Apache-2.0
internal import LowportLaunch
package import LowportLinux

extension KernelEngine {
    /// The result of `disable`.
    package struct Disabling: Sendable {
        /// Whether there was anything to disable.
        package let wasEnabled: Bool
        /// The steps that failed although the engine was disabled, one sentence each.
        package let shortfalls: [ByteString]
    }

    /// Removes everything, even if other processes hold parts of it, and verifies that no program of Lowport is still
    /// attached. A caller without the capability to verify that is refused before anything changes.
    package static func disable() throws(EnforcementError) -> Disabling {
        var wasEnabled = false
        var problem: EnforcementError?
        do throws(EnforcementError) {
            if let directory = try PinDirectory.open() {
                try directory.lock()
                if directory.isInPlace {
                    wasEnabled = try !directory.names().isEmpty
                    if wasEnabled { _ = try attached() }
                    let programs = try detachPinned(in: directory) + knownPrograms(in: directory)
                    if let owner = try EngineOwner.current() { try Orphans.detach(Orphans.links(of: owner) ?? []) }
                    // The pins stay as long as any program is attached, so that the next attempt can find the programs.
                    let left = programs.isEmpty ? [] : try attached().filter(programs.contains)
                    if !left.isEmpty { throw .orphaned(left.count) }
                    try directory.remove()
                }
            }
        } catch {
            // An obstacle must not prevent the search for attached programs.
            problem = error
            switch error {
            case .notPermitted, .cannotSeeAttached: throw error
            default: break
            }
        }
        let owner = try? EngineOwner.current()
        let orphans = owner.flatMap { $0 }.flatMap { Orphans.links(of: $0) } ?? []
        try Orphans.detach(orphans)
        let left = owner.flatMap { $0 }.flatMap { Orphans.links(of: $0) } ?? []
        var shortfalls: [ByteString] = []
        do throws(Errno) { try EngineStateFile.clear() } catch {
            shortfalls.append(
                "cannot remove \(EngineState.directory)/\(EngineState.name): \(error.sentence)"
            )
        }
        if !left.isEmpty { throw .orphaned(left.count) }
        if let problem { throw problem }
        return Disabling(wasEnabled: wasEnabled || !orphans.isEmpty, shortfalls: shortfalls)
    }

    /// Detaches the pinned links, skipping pins that are not links. Returns the IDs of the programs that were attached.
    private static func detachPinned(in directory: borrowing PinDirectory) throws(EnforcementError) -> [UInt32] {
        let names = try directory.names()
        var programs: [UInt32] = []
        for name in EngineLinks.names where names.contains(name) {
            let link: BpfLink
            do throws(EnforcementError) { link = BpfLink(try directory.open(name)) } catch {
                if case .obstacle = error { continue }
                throw error
            }
            guard let status = try? link.status(), status.isOfControlGroup else { continue }
            programs.append(status.program)
            try EngineLinks.detach(link)
        }
        return programs
    }

    /// Returns the IDs of the engine's programs from its settings, even if the pins of their links are gone; empty if
    /// the settings cannot be read.
    private static func knownPrograms(in directory: borrowing PinDirectory) -> [UInt32] {
        guard let settings = try? EngineMaps.pinned(in: directory).readSettings() else { return [] }
        return (settings.current.programs + (settings.pending?.programs ?? [])).filter { $0 != 0 }
    }

    /// Returns the IDs of the programs that are attached to the root of the control groups.
    ///
    /// This takes less privilege than finding links: a process that may detach pinned links may not be permitted to
    /// find links.
    private static func attached() throws(EnforcementError) -> [UInt32] {
        let root = try ControlGroups.openRoot()
        var found: [UInt32] = []
        for attachment in [BpfAttachment.bind4, .bind6] {
            do throws(Errno) { found += try BpfObjects.programs(attachedTo: root, attachment) } catch {
                if error == .notPermitted { throw .cannotSeeAttached }
                throw .failed("find out what is attached to the control groups", error)
            }
        }
        return found
    }
}
