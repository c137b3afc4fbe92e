// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

/// Computes how many kernel entries a policy needs, before any are created.
///
/// There is one entry for each combination of principal, protocol, port and prefix. A line of thirty bytes may
/// therefore expand to thousands of entries, and a file that can be read without difficulty may need more memory than
/// the machine has.
struct PolicySize {
    /// The maximum number of entries of a source that the kernel holds completely or not at all; root writes such a
    /// source.
    static var maximum: Int { 1 << 22 }
    /// The maximum number of entries of one file in any other source, because the file's owner need not be root.
    static var maximumOfLooseFile: Int { 1 << 17 }
    /// The maximum number of entries of all files together in any other source.
    static var maximumOfLooseSource: Int { 1 << 21 }

    /// The first port that the kernel engine does not control.
    let limit: Port

    /// Removes the files that need too many entries from `snapshot`, counting from the first file on.
    /// - Returns: the removed files that the kernel should have held. Removed files that are optional are named in the
    ///   snapshot instead.
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

    /// Returns how many entries `permissions` need; nil if they need more than `most`.
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

    /// Returns how many ports in `range` are privileged.
    private func count(of range: PortRange) -> Int {
        range.lower < limit ? Int(min(range.upper.rawValue, limit.rawValue - 1)) - Int(range.lower.rawValue) + 1 : 0
    }
}
