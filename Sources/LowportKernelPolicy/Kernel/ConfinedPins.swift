// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The maps of confined principals, which tell a later change which principals it must keep confined: one for the
/// policy in force, and during a change, one for the next policy.
///
/// At every moment, the pinned maps together contain at least every principal that the programs confine.
enum ConfinedPins {
    /// The map of the policy in force.
    static let current: ByteString = "confined"
    /// The map of the policy that replaces it.
    static let next: ByteString = "confined-next"
    /// The union of both, for when it is unknown which policy is in force.
    private static let both: ByteString = "confined-both"
    static let names = [current, next, both]

    /// Creates a frozen map, which no process can change.
    static func map(of confinement: Confinement) throws(EnforcementError) -> BpfMap {
        let entries = confinement.entries
        return try attemptSupported("make a map of the confined") { () throws(Errno) in
            let map = try BpfMap(
                .array,
                name: "lowport_confine",
                keySize: 4,
                valueSize: Confinement.entrySize,
                capacity: entries.count
            )
            for (index, entry) in entries.enumerated() {
                var key = MapBytes()
                key.append(UInt32(index))
                try map.set(key.bytes, entry)
            }
            try map.freeze()
            return map
        }
    }

    /// Returns all confined principals, and possibly some that are no longer confined.
    static func read(in directory: borrowing PinDirectory) throws(EnforcementError) -> Confinement {
        let names = try directory.names()
        var confinement = Confinement()
        var isThere = false
        for name in Self.names where names.contains(name) {
            confinement.formUnion(try read(name, in: directory))
            isThere = true
        }
        if !isThere { throw .incomplete(missing: [current]) }
        return confinement
    }

    private static func read(
        _ name: ByteString,
        in directory: borrowing PinDirectory
    ) throws(EnforcementError) -> Confinement {
        let map = BpfMap(try directory.open(name), valueSize: Confinement.entrySize)
        let status = try attempt("look at \(name)") { () throws(Errno) in try map.status() }
        guard status.valueSize == Confinement.entrySize, status.keySize == 4 else {
            throw .foreign(path: "\(KernelEngine.directory)/\(name)")
        }
        var confinement = Confinement()
        for index in 0..<status.capacity {
            var key = MapBytes()
            key.append(UInt32(index))
            let entry = try attempt("read \(name)") { () throws(Errno) in try map.value(at: key.bytes) }
            guard let entry, confinement.enter(entry) else { throw .foreign(path: "\(KernelEngine.directory)/\(name)") }
        }
        return confinement
    }

    /// Returns the kernel ID of the map pinned as `name`.
    static func identifier(
        of name: ByteString,
        in directory: borrowing PinDirectory
    ) throws(EnforcementError) -> UInt32 {
        let map = BpfMap(try directory.open(name), valueSize: Confinement.entrySize)
        return try attempt("look at \(name)") { () throws(Errno) in try map.status().identifier }
    }

    /// Whether one of the pins is the map with the kernel ID `wanted`.
    static func has(_ wanted: UInt32, in directory: borrowing PinDirectory) throws(EnforcementError) -> Bool {
        let names = try directory.names()
        for name in Self.names where names.contains(name) {
            if try identifier(of: name, in: directory) == wanted { return true }
        }
        return false
    }

    /// Merges all pinned maps into one pin. Returns the kernel ID of the new map.
    static func unite(in directory: borrowing PinDirectory) throws(EnforcementError) -> UInt32 {
        let map = try map(of: read(in: directory))
        try directory.unpin(both)
        try directory.pin(map.descriptor, as: both)
        try directory.rename(both, to: current)
        try directory.unpin(next)
        return try attempt("look at the map of the confined") { () throws(Errno) in try map.status().identifier }
    }
}
