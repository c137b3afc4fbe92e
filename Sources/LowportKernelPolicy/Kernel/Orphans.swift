// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The owner of an engine. Each network namespace and BPF file system may have one engine, which never affects another.
struct EngineOwner: Hashable, Sendable {
    /// The cookie of the network namespace in which the engine was enabled.
    let network: UInt64
    /// The device of the file system that holds the pins.
    let device: UInt64

    /// The owner as stored in the statistics map.
    var bytes: [UInt8] {
        var bytes = MapBytes()
        bytes.append(network)
        bytes.append(device)
        return bytes.bytes
    }

    /// Returns the owner for an engine that this process would enable; nil without a BPF file system.
    static func current() throws(EnforcementError) -> EngineOwner? {
        guard let device = try PinDirectory.device() else { return nil }
        return EngineOwner(network: (try? networkNamespaceCookie()) ?? 0, device: device)
    }
}

/// Programs of Lowport that are attached without a pin in the directory: another process holds their links, or has
/// pinned them elsewhere. They continue to grant and confine by a policy that cannot be changed.
enum Orphans {
    /// Returns the kernel IDs of the orphaned links; nil if this process may not find links (`CAP_SYS_ADMIN`).
    /// - Parameter known: the IDs of the pinned links.
    static func links(of owner: EngineOwner, except known: [UInt32] = []) -> [UInt32]? {
        guard let links = try? BpfObjects.links() else { return nil }
        return links.filter { !known.contains($0) && isOurs($0, owner) }
    }

    /// Detaches the given links.
    static func detach(_ links: [UInt32]) throws(EnforcementError) {
        for identifier in links {
            try attempt("detach a program of Lowport that has no pin") { () throws(Errno) in
                do throws(Errno) { try BpfLink.existing(identifier).detach() } catch {
                    // The link is already gone.
                    if error != .noSuchFile { throw error }
                }
            }
        }
    }

    /// Returns the number of orphaned links; 0 if this process may not find links.
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
