// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLinux

/// A program with one thread, which the tests let change its own capabilities.
///
/// Every argument is an order; each prints one line.
@main struct CapabilityProbe {
    static func main() {
        for order in CommandLine.arguments.dropFirst() {
            do {
                print("\(order): \(try obey(order))")
            } catch {
                print("\(order): failed, \(error)")
            }
        }
    }

    private static func obey(_ order: String) throws -> String {
        switch order {
        case "drop":
            let nobody = (user: UserID(rawValue: 65534), group: GroupID(rawValue: 65534))
            try PrivilegeDrop(user: nobody.user, group: nobody.group, keeping: [.netBindService]).perform()
            return "done"
        case "drop-to-root":
            try PrivilegeDrop(user: .root, group: .root, keeping: []).perform()
            return "done"
        case "identity":
            let groups = try CurrentProcess.supplementaryGroups()
            return
                "user \(CurrentProcess.realUser.rawValue), group \(CurrentProcess.realGroup.rawValue), \(groups.count) more"
        case "state": return try CapabilityState.ofCurrentThread().text().description
        case "vectors":
            let vectors = try InheritedCapabilities(ofProcess: 0)
            return InheritedCapabilities(inheritable: vectors.inheritable, ambient: vectors.ambient).text().description
        case "hand-on":
            try InheritedCapabilities(text: "^cap_net_bind_service,!cap_sys_admin,%cap_kill").apply()
            return "\(CapabilitySet.bounding.contains(.sysAdmin) ? "not " : "")blocked"
        case "bounding": return "\(CapabilitySet.bounding.count > 0 ? "some" : "none")"
        case "bind":
            try FileDescriptor.socket(.v4, .tcp).bind(to: SocketAddress(.v4(.any), Port(rawValue: 80)))
            return "done"
        case "become-root":
            try CurrentProcess.becomeUser(.root)
            return "done"
        case "raise":
            return try CapabilityState.raising([.netBindService]) { () throws(Errno) in
                try CapabilityState.ofCurrentThread()
            }.text().description
        case "lower":
            var state = try CapabilityState.ofCurrentThread()
            state.effective = []
            try state.apply()
            return "done"
        case "pure":
            try CapabilityMode.pure.apply()
            return "\(try CapabilityMode.ofCurrentThread())"
        case "no-privileges":
            try CapabilityMode.noPrivileges.apply()
            return "\(try CapabilityMode.ofCurrentThread())"
        case "hybrid":
            try CapabilityMode.hybrid.apply()
            return "\(try CapabilityMode.ofCurrentThread())"
        default: return "unknown order"
        }
    }
}
