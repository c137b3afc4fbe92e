// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Which service of the system a process is of, by its control group (cgroups(7), systemd.slice(5)).
package enum ServiceMembership: Hashable, Sendable {
    /// It is of this service, or in a group that the service has made (`Delegate=`).
    case service(ByteString)
    /// It is of no service of the system: of the session of a user, or of a service of a user, which has another
    /// manager.
    case other
    /// Its control group cannot be seen, or says nothing.
    case unknown

    /// Reads the control group of the process `process`.
    package init(of process: Int32) {
        func groups(_ process: Int32) -> ByteString? {
            (try? FileDescriptor.open("/proc/\(process)/cgroup", .readOnly).readToEnd(limit: 65536))
                .map { ByteString($0) }
        }
        self = groups(process).map { ServiceMembership(groups: $0, ofManager: groups(1) ?? "") } ?? .unknown
    }

    /// Parses the text of `/proc/PID/cgroup`.
    /// - Parameter manager: that of the service manager, process 1: in a container without a namespace of control
    ///   groups, its services are below its own group.
    package init(groups: ByteString, ofManager manager: ByteString = "") {
        guard let path = Self.path(groups) else {
            self = .unknown
            return
        }
        var parts = path.split(on: UInt8(ascii: "/")).filter { !$0.isEmpty && $0 != ".." }
        var root = Self.path(manager)?.split(on: UInt8(ascii: "/")).filter { !$0.isEmpty && $0 != ".." } ?? []
        if root.last == "init.scope" { root.removeLast() } else { root = [] }
        if !root.isEmpty, parts.starts(with: root) { parts.removeFirst(root.count) }
        // A unit is in the group of its slice, and that in those of the slices above.
        let slices = parts.prefix { $0.hasSuffix(".slice") }
        guard let unit = parts.dropFirst(slices.count).first else {
            self = .unknown
            return
        }
        // Where a name of the kernel would be the same, systemd puts a low line before its own.
        let name = unit.hasPrefix("_") ? ByteString(unit.bytes.dropFirst()) : unit
        // Services of users have another manager.
        self = name.hasSuffix(".service") && slices.first != "user.slice" ? .service(name) : .other
    }

    /// The path in the hierarchy of systemd: its own one with version 1, otherwise that of version 2.
    private static func path(_ groups: ByteString) -> ByteString? {
        let lines = groups.split(on: 0x0A).map { $0.split(on: UInt8(ascii: ":")) }.filter { $0.count >= 3 }
        let line = lines.first { $0[1] == "name=systemd" } ?? lines.first { $0[0] == "0" && $0[1].isEmpty }
        return line.map { ByteString(joining: Array($0[2...]), with: ":") }
    }
}
