// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLinux
import Testing

@testable import LowportDiagnosis

/// What the settings of a service come to: systemd.exec(5), systemd.resource-control(5), systemd.socket(5).
@Suite struct ServiceUnitTests {
    private func unit(_ lines: ByteString..., isOld: Bool = true, name: ByteString = "site") throws -> ServiceUnit {
        var settings = UnitSettings(section: "Service")
        let text: ByteString = "[Service]\n\(ByteString(joining: lines, with: "\n"))\n[Unit]\nUser=nobody"
        try settings.add(text.bytes, from: "f")
        return ServiceUnit(
            name: try #require(UnitName(name)),
            settings: settings,
            doFiltersImplyNoNewPrivileges: isOld
        )
    }

    @Test func `sets of capabilities are merged, taken away and emptied`() throws {
        let all = CapabilitySet(rawValue: .max)
        let bind: CapabilitySet = [.netBindService]
        #expect(try unit().bounding == all)
        #expect(try unit("CapabilityBoundingSet=").bounding == [])
        #expect(try unit("CapabilityBoundingSet=~").bounding == all)
        #expect(
            try unit("CapabilityBoundingSet=cap_chown", "CapabilityBoundingSet=CAP_NET_BIND_SERVICE").bounding == [
                .chown, .netBindService,
            ]
        )
        #expect(
            try unit("CapabilityBoundingSet=CAP_CHOWN CAP_NET_BIND_SERVICE", "CapabilityBoundingSet=~CAP_CHOWN")
                .bounding == bind
        )
        #expect(try !unit("CapabilityBoundingSet=~CAP_NET_BIND_SERVICE").bounding.contains(.netBindService))
        #expect(try unit("AmbientCapabilities=CAP_NET_BIND_SERVICE").ambient == bind)
        #expect(try unit("AmbientCapabilities=CAP_NET_BIND_SERVICE", "AmbientCapabilities=").ambient == [])
        #expect(try unit("AmbientCapabilities=CAP_NET_BIND_SERVICE", "CapabilityBoundingSet=").ambient == [])
    }

    @Test func `filters imply no_new_privs for users, before systemd 255`() throws {
        let implied = try unit("User=web", "ProtectClock=yes", "RestrictNamespaces=no", "SystemCallFilter=@basic-io")
        #expect(implied.noNewPrivileges.map(\.text) == ["f:3: ProtectClock=yes", "f:5: SystemCallFilter=@basic-io"])
        #expect(try unit("User=web", "ProtectClock=yes", isOld: false).noNewPrivileges.isEmpty)
        #expect(try unit("ProtectClock=yes").noNewPrivileges.isEmpty)
        #expect(try !unit("ProtectClock=yes", "CapabilityBoundingSet=CAP_CHOWN").noNewPrivileges.isEmpty)
        #expect(try unit("NoNewPrivileges=yes", "NoNewPrivileges=maybe").noNewPrivileges.map(\.place) == ["f:2"])
        #expect(try unit("NoNewPrivileges=yes", "NoNewPrivileges=off").noNewPrivileges.isEmpty)
        #expect(
            try unit("DynamicUser=yes", "NoNewPrivileges=no", isOld: false).noNewPrivileges.map(\.name) == [
                "DynamicUser"
            ]
        )
    }

    @Test func `the user is that of the service alone`() throws {
        #expect(try unit().user == nil)
        #expect(try unit("User=web", "User=").user == nil)
        #expect(try unit("User=%i", name: "site@web").user == "web")
        #expect(try unit("DynamicUser=yes").user == "site")
        #expect(try unit("User=web", "ExecStart=+/bin/true").user == nil)
    }

    @Test func `binds are refused by the rule for the family, the protocol and the port`() throws {
        func isRefused(_ lines: [ByteString], _ family: ByteString = "ipv4", _ port: Port = 80) throws -> Bool {
            try unit(ByteString(joining: lines, with: "\n")).refusal(ofBind: family, .tcp, port) != nil
        }
        #expect(try isRefused(["SocketBindDeny=any"]) && isRefused(["SocketBindDeny=tcp"]))
        #expect(try !isRefused(["SocketBindDeny=udp"]) && !isRefused(["SocketBindDeny=ipv6"]))
        #expect(try isRefused(["SocketBindDeny=ipv6:tcp:1-1023"], "ipv6") && !isRefused(["SocketBindDeny=1-79"]))
        #expect(try !isRefused(["SocketBindDeny=any", "SocketBindAllow=tcp:80"]))
        #expect(try isRefused(["SocketBindDeny=any", "SocketBindAllow=tcp:80"], "ipv4", 81))
        #expect(try isRefused(["SocketBindDeny=any", "SocketBindAllow=80", "SocketBindAllow="]))
        #expect(try !isRefused(["SocketBindDeny=any", "SocketBindDeny="]))
    }

    @Test func `sockets and calls are refused by lists that allow or deny`() throws {
        func isRefused(_ family: ByteString, _ lines: ByteString) throws -> Bool {
            try unit(lines).refusal(ofFamily: family) != nil
        }
        #expect(try isRefused("AF_INET", "RestrictAddressFamilies=AF_UNIX AF_INET6"))
        #expect(try isRefused("AF_INET", "RestrictAddressFamilies=none"))
        #expect(try !isRefused("AF_INET", "RestrictAddressFamilies=AF_UNIX\nRestrictAddressFamilies=AF_INET"))
        #expect(try isRefused("AF_INET", "RestrictAddressFamilies=AF_INET\nRestrictAddressFamilies=~AF_INET"))
        #expect(try isRefused("AF_INET", "RestrictAddressFamilies=~AF_INET"))
        #expect(try !isRefused("AF_INET", "RestrictAddressFamilies=~AF_INET\nRestrictAddressFamilies=AF_INET"))
        #expect(try !isRefused("AF_INET", "RestrictAddressFamilies=AF_UNIX\nRestrictAddressFamilies="))
        #expect(try unit("SystemCallFilter=@system-service").refusal(ofCall: "bind") == nil)
        #expect(try unit("SystemCallFilter=@basic-io").refusal(ofCall: "bind") != nil)
        #expect(try unit("SystemCallFilter=~bind:EPERM").refusal(ofCall: "bind") != nil)
        #expect(try unit("SystemCallFilter=~bind:EPERM").refusal(ofCall: "socket") == nil)
        #expect(
            try unit("SystemCallFilter=@system-service", "SystemCallFilter=~@network-io").refusal(ofCall: "socket")
                != nil
        )
    }

    @Test func `of paths, the nearest counts`() throws {
        let limited = try unit("NoExecPaths=/ /srv/data", "ExecPaths=-/srv +/usr/bin")
        #expect(limited.refusal(toExecute: "/srv/site") == nil && limited.refusal(toExecute: "/usr/bin/node") == nil)
        #expect(limited.refusal(toExecute: "/srv/data/x") != nil && limited.refusal(toExecute: "/srvx") != nil)
        let hidden = try unit("ProtectHome=yes", "InaccessiblePaths=/srv", "BindReadOnlyPaths=/opt/site:/srv/site")
        #expect(hidden.refusal(toSee: "/home/web/x") != nil && hidden.refusal(toSee: "/srv/data") != nil)
        #expect(hidden.refusal(toSee: "/srv/site/x") == nil && hidden.refusal(toSee: "/usr/bin/node") == nil)
        #expect(try unit("ProtectHome=read-only").refusal(toSee: "/home/web/x") == nil)
    }

    @Test func `the command is that of Lowport, or the program`() throws {
        func start(_ line: ByteString) throws -> (ServiceUnit.Start, [ByteString]) {
            try unit("ExecStart=" + line).start
        }
        #expect(try start("-/usr/bin/node 'a b' %p") == (.plain, ["/usr/bin/node", "a b", "site"]))
        #expect(try start("@/usr/bin/node name x") == (.plain, ["/usr/bin/node", "x"]))
        #expect(try start("/usr/bin/lowport run --via broker -- node x") == (.lowport("lowport run"), ["node", "x"]))
        #expect(try start("authbind --deep --depth 3 node") == (.lowport("authbind"), ["node"]))
        #expect(try start("lowport run --via ambient --user web node") == (.ambient(user: "web"), ["node"]))
        #expect(try start("lowport run --nonsense node") == (.plain, []))
        #expect(try unit("ExecStart=/a", "ExecStart=", "ExecStart=/b").start.words == ["/b"])
        #expect(try unit("User=web").command == nil)
    }

    @Test func `sockets are passed on with their ports`() throws {
        var settings = UnitSettings(section: "Socket")
        let text: ByteString =
            "[Socket]\nListenStream=80\nListenStream=[::1]:81\nListenStream=/run/x\nListenDatagram=192.0.2.1:53"
        try settings.add(text.bytes, from: "s")
        let sockets = UnitSocket.all(of: try #require(UnitName("site.socket")), settings)
        #expect(sockets.map(\.port) == [80, 81, 53] && sockets.map(\.transport) == [.tcp, .tcp, .udp])
        #expect(sockets[0].serves(.v4(.any)) && !sockets[1].serves(.v4(.any)))
        try settings.add(("[Socket]\nAccept=yes" as ByteString).bytes, from: "s")
        #expect(UnitSocket.all(of: sockets[0].unit, settings).isEmpty)
    }

    @Test func `the control group is below the slice`() throws {
        #expect(try unit().controlGroup == "0::/system.slice/site.service")
        #expect(try unit("Slice=a-b.slice").controlGroup == "0::/a.slice/a-b.slice/site.service")
        #expect(try unit(name: "web@x").controlGroup == "0::/system.slice/system-web.slice/web@x.service")
    }
}
