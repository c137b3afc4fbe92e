// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Where network namespaces can be found by people: the kernel knows them by their cookies.
package enum NetworkPaths {
    /// Returns a file of the network namespace with `cookie`: a name below /run/netns (ip-netns(8)), or else the file of
    /// the process with the lowest number in it; nil if none is to be seen from here.
    ///
    /// Only root can look into the namespaces of others.
    package static func path(of cookie: UInt64) -> ByteString? {
        let own = try? networkNamespaceCookie()
        let ownInode = try? FileStatus(of: "/proc/thread-self/ns/net").inode
        var known: Set<UInt64> = []
        for path in names + processes {
            guard let status = try? FileStatus(of: path), status.kind == .regular else { continue }
            guard known.insert(status.inode).inserted else { continue }
            let found =
                status.inode == ownInode
                ? own : (try? Namespaces.inNetwork(at: path) { try? networkNamespaceCookie() }).flatMap { $0 }
            if found == cookie { return path }
        }
        return nil
    }

    private static var names: [ByteString] {
        let names = (try? FileDescriptor.open("/run/netns", [.readOnly, .directory]).names()) ?? []
        return names.sorted().map { "/run/netns/\($0)" }
    }

    private static var processes: [ByteString] {
        let names = (try? FileDescriptor.open("/proc", [.readOnly, .directory]).names()) ?? []
        return names.compactMap { Digits.canonicalNumber($0, upTo: UInt64(Int32.max)) }.sorted()
            .map { "/proc/\(ByteString(decimal: $0))/ns/net" }
    }
}
