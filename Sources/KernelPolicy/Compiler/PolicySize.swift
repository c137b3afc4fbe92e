// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PolicyInventory
internal import PortPolicy

/// How many entries a policy comes to in the kernel, found out before any is made.
///
/// There is one for each principal, protocol, port and prefix, so that a line of thirty bytes may mean thousands, and a file
/// that can be read without trouble more than the machine has memory for.
struct PolicySize {
    /// The most entries that a source may come to of which the kernel has all, or nothing: it is written by root.
    static var maximum: Int { 1 << 22 }
    /// The most entries that one file of another source may come to: its owner need not be root.
    static var maximumOfLooseFile: Int { 1 << 17 }
    /// The most entries that all files of another source may come to.
    static var maximumOfLooseSource: Int { 1 << 21 }

    /// The first port that the kernel engine leaves alone.
    let limit: Port

    /// Takes what comes to too much out of `snapshot`, file by file, counted from the first on.
    /// - Returns: the files that the kernel ought to have had. What may be left out is named in the snapshot.
    func trim(_ snapshot: inout SourceSnapshot, names: some PolicyNames) -> [ByteString] {
        let isWhole = snapshot.source.traits.isWhollyInKernel
        var room = isWhole ? Self.maximum : Self.maximumOfLooseSource
        let mostOfFile = isWhole ? Self.maximum : Self.maximumOfLooseFile
        var tooLarge: [ByteString] = []
        var rest = snapshot.permissions[...]
        while let path = rest.first?.location.file {
            let file = rest.prefix { $0.location.file == path }
            rest = rest.dropFirst(file.count)
            if let count = count(of: file, upTo: min(room, mostOfFile), names: names) {
                room -= count
            } else {
                tooLarge.append(path)
            }
        }
        if isWhole {
            snapshot.remove(Set(tooLarge))
            return tooLarge
        }
        snapshot.leaveOut(Set(tooLarge), "comes to too many ports and addresses for the kernel")
        return []
    }

    /// How many entries `permissions` come to; nil if these are more than `most`.
    private func count(
        of permissions: ArraySlice<PolicyPermission>,
        upTo most: Int,
        names: some PolicyNames
    ) -> Int? {
        var count = 0
        for permission in permissions {
            let ports = permission.ports.reduce(0) { $0 + self.count(of: $1) }
            count +=
                PolicyTable.processes(of: permission.principal, names: names).count
                * permission.transports.transports.count * ports * PolicyKey.AddressScope.of(permission.addresses).count
            if count > most { return nil }
        }
        return count
    }

    /// How many ports of `range` need privilege.
    private func count(of range: PortRange) -> Int {
        range.lower < limit ? Int(min(range.upper.rawValue, limit.rawValue - 1)) - Int(range.lower.rawValue) + 1 : 0
    }
}
