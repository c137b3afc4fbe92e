// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Whose an engine is: there may be one for each network namespace and BPF file system, and none has a say in another.
struct EngineOwner: Hashable, Sendable {
    /// The cookie of the network namespace that it was enabled in.
    let network: UInt64
    /// The device of the file system with its pins.
    let device: UInt64

    /// As the map of statistics has it.
    var bytes: [UInt8] {
        var bytes = MapBytes()
        bytes.append(network)
        bytes.append(device)
        return bytes.bytes
    }

    /// Who this process would enable it for; nil without a BPF file system.
    static func current() throws(EnforcementError) -> EngineOwner? {
        guard let device = try PinDirectory.device() else { return nil }
        return EngineOwner(network: (try? networkNamespaceCookie()) ?? 0, device: device)
    }
}

/// Programs of ours that are attached without a pin in the directory: somebody holds their links, or has pinned them elsewhere.
/// They go on granting and confining by a policy that nobody can change.
enum Orphans {
    /// The numbers of their links; nil if this process may not find them (`CAP_SYS_ADMIN`).
    /// - Parameter known: the links that are pinned.
    static func links(of owner: EngineOwner, except known: [UInt32] = []) -> [UInt32]? {
        guard let links = try? BpfObjects.links() else { return nil }
        return links.filter { !known.contains($0) && isOurs($0, owner) }
    }

    /// Detaches them. Returns how many there were.
    static func detach(_ links: [UInt32]) throws(EnforcementError) {
        for identifier in links {
            try attempt("detach a program of Lowport that has no pin") { () throws(Errno) in
                do throws(Errno) { try BpfLink.existing(identifier).detach() } catch {
                    // It has gone by itself.
                    if error != .noSuchFile { throw error }
                }
            }
        }
    }

    /// How many there are, if this process may know.
    static func count(except known: [UInt32] = []) throws(EnforcementError) -> Int {
        guard let owner = try EngineOwner.current() else { return 0 }
        return links(of: owner, except: known)?.count ?? 0
    }

    private static func isOurs(_ link: UInt32, _ owner: EngineOwner) -> Bool {
        guard let status = try? BpfLink.existing(link).status(), status.isOfControlGroup, status.cgroup != 0,
            let attachment = status.attachment, let program = try? BpfProgram.loaded(status.program),
            (try? program.name()) == LoadedPolicy.names[attachment], let maps = try? program.maps()
        else { return false }
        return maps.contains { map in
            let layout = EngineMap.statistics.layout
            guard let statistics = try? BpfMap.existing(map, valueSize: layout.value),
                let status = try? statistics.status(), status.name == layout.name,
                status.valueSize == layout.value, status.keySize == layout.key,
                let value = try? statistics.value(at: [0, 0, 0, 0])
            else { return false }
            return Array(value[StatisticsLayout.owner...]) == owner.bytes
        }
    }
}
