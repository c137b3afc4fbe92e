// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLaunch
import LowportLinux
import Testing

@testable import LowportDiagnosis

/// What the settings of a service come to: systemd.exec(5), systemd.resource-control(5), systemd.socket(5).
@Suite struct ServiceUnitTests: ExplanationSuite {
    private func unit(_ lines: ByteString..., manager: ByteString = "systemd 252", name: ByteString = "site") throws
        -> ServiceUnit
    {
        var settings = UnitSettings(section: "Service")
        let text: ByteString = "[Service]\n\(ByteString(joining: lines, with: "\n"))\n[Unit]\nUser=nobody"
        try settings.add(text.bytes, from: "f")
        return ServiceUnit(
            name: try #require(UnitName(name)),
            settings: settings,
            manager: SystemdBuild(manager)
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
        #expect(try unit("User=web", "ProtectClock=yes", manager: "systemd 255").noNewPrivileges.isEmpty)
        #expect(try unit("ProtectClock=yes").noNewPrivileges.isEmpty)
        #expect(try !unit("ProtectClock=yes", "CapabilityBoundingSet=CAP_CHOWN").noNewPrivileges.isEmpty)
        #expect(try unit("NoNewPrivileges=yes", "NoNewPrivileges=maybe").noNewPrivileges.map(\.place) == ["f:2"])
        #expect(try unit("NoNewPrivileges=yes", "NoNewPrivileges=off").noNewPrivileges.isEmpty)
        #expect(
            try unit("DynamicUser=yes", "NoNewPrivileges=no", manager: "systemd 255").noNewPrivileges.map(\.name) == [
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

    @Test func `a user who is known only when the service starts is not root`() throws {
        func error(_ lines: ByteString...) throws -> ByteString? {
            let unit = try unit(ByteString(joining: lines, with: "\n"))
            do throws(UnitSettings.FileError) { try unit.checkSpecifiers() } catch { return error.text }
            return nil
        }
        #expect(try unit("User=%H").user == "%H" && !unit("User=%H").isOfRoot)
        #expect(try error("User=%H") == "f:2: what %H stands for is known only when it starts")
        #expect(try error("Slice=%m.slice") == "f:2: what %m stands for is known only when it starts")
        #expect(
            try error("NetworkNamespacePath=/run/%b")?.hasSuffix("what %b stands for is known only when it starts")
                == true
        )
        #expect(try error("User=web", "SupplementaryGroups=www %H") != nil && error("Group=%H") != nil)
        #expect(try error("User=%i", "Group=%%") == nil && error("User=%H", "User=web") == nil)
        #expect(try error("User=%H", "ExecStart=+/bin/true") == nil)
    }

    @Test func `root is root by name and by number`() throws {
        for user in ["User=root", "User=0", "ProtectHome=no"] as [ByteString] {
            let unit = try unit(user, "ProtectClock=yes")
            #expect(unit.isOfRoot && unit.noNewPrivileges.isEmpty)
            #expect(unit.credentials(user: .root, groups: []).effective.contains(.netBindService))
        }
        let ambient: ByteString = "ExecStart=lowport run --via ambient --user nobody node"
        #expect(try unit("User=root", ambient).credentials(user: .root, groups: []).ambient == [.netBindService])
        #expect(try unit("User=root", ambient).identity().user != .root)
        #expect(try !unit("User=nobody").isOfRoot)
    }

    @Test func `an exclamation mark gives the user alone, a plus sign everything but the control group`() throws {
        let limits: [ByteString] = [
            "User=web", "CapabilityBoundingSet=CAP_CHOWN", "NoNewPrivileges=yes", "PrivateUsers=yes",
        ]
        func limited(_ marks: ByteString) throws -> ServiceUnit {
            let lines = limits + ["SecureBits=noroot", "SocketBindDeny=any", "ExecStart=\(marks)/bin/true"]
            return try unit(ByteString(joining: lines, with: "\n"))
        }
        let user = try limited("!")
        #expect(user.user == nil && user.bounding == [.chown] && user.isRootOrdinary && user.userNamespace != nil)
        #expect(!user.noNewPrivileges.isEmpty && user.refusal(ofBind: "ipv4", .tcp, 80) != nil)
        let all = try limited("+")
        #expect(all.user == nil && all.bounding.contains(.netBindService) && !all.isRootOrdinary)
        #expect(all.noNewPrivileges.isEmpty && all.userNamespace == nil)
        #expect(all.refusal(ofBind: "ipv4", .tcp, 80) != nil)
        #expect(try limited("!!").user == "web" && limited("-").user == "web")
    }

    @Test func `what binds is refused in every case, the rest not with a plus sign`() throws {
        let lines: [ByteString] = ["SocketBindDeny=any", "SystemCallFilter=~bind", "InaccessiblePaths=/srv"]
        func texts(_ marks: ByteString) throws -> [ByteString] {
            var context = try context(program: ProgramFile(path: "/srv/site", image: .unknown))
            let unit = try unit(ByteString(joining: lines + ["ExecStart=\(marks)/srv/site"], with: "\n"))
            context.unit = unit
            return UnitExaminer().obstacles(context, unit).map(\.text)
        }
        #expect(try texts("+") == ["f:2: SocketBindDeny=any refuses to bind the port"])
        #expect(try texts("!").count == 3 && texts("").count == 3)
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

    @Test func `a systemd without programs for control groups ignores what it cannot do`() throws {
        for (features, isRefused) in [("+PAM +BPF_FRAMEWORK", true), ("+PAM -BPF_FRAMEWORK", false), ("+PAM", false)]
            as [(ByteString, Bool)]
        {
            let unit = try unit("SocketBindDeny=tcp", manager: "systemd 252 (252.38)\n\(features)\n")
            #expect((unit.refusal(ofBind: "ipv4", .tcp, 80) != nil) == isRefused)
            #expect((unit.ignoredDenial(ofBind: "ipv4", .tcp, 80) != nil) != isRefused)
        }
        #expect(try unit("SocketBindDeny=tcp", manager: "").refusal(ofBind: "ipv4", .tcp, 80) != nil)
        var context = try context()
        let unit = try unit("SocketBindDeny=tcp", "User=root", manager: "systemd 252\n-BPF_FRAMEWORK")
        context.unit = unit
        #expect(UnitExaminer().obstacles(context, unit).isEmpty)
        #expect(
            UnitExaminer().findings(context, after: Findings()).map(\.text) == [
                "f:2: SocketBindDeny=tcp does not count: the systemd of this machine was built without BPF_FRAMEWORK"
            ]
        )
    }

    @Test func `what is missing keeps the service from its start`() throws {
        func missing(_ lines: ByteString...) throws -> [ByteString] {
            try unit(ByteString(joining: lines, with: "\n")).missing.map { "\($0.setting.name) \($0.path)" }
        }
        #expect(try missing("InaccessiblePaths=/usr /no/such -/no/other") == ["InaccessiblePaths /no/such"])
        #expect(try missing("EnvironmentFile=/no/such", "EnvironmentFile=-/no/other").count == 1)
        #expect(try missing("EnvironmentFile=/no/such*", "WorkingDirectory=~") == [])
        #expect(try missing("WorkingDirectory=/etc/passwd/x") == ["WorkingDirectory /etc/passwd/x"])
        #expect(try missing("NetworkNamespacePath=/no/%p") == ["NetworkNamespacePath /no/site"])
        #expect(try missing("ReadWritePaths=/run/no/such", "RuntimeDirectory=no/such/place") == [])
        #expect(try missing("BindPaths=/usr:/no/such", "ReadWritePaths=/no/such /no/such/x") == [])
        #expect(try missing("BindPaths=/no/such:/usr") == ["BindPaths /no/such"])
        #expect(try missing("InaccessibleDirectories=/no/such") == ["InaccessibleDirectories /no/such"])
        #expect(try missing("InaccessiblePaths=/no/such", "ExecStart=+/bin/true") == [])
        #expect(try missing("ReadWritePaths=/no/such", "ExecStart=+/bin/true").count == 1)
        #expect(try missing("ReadWritePaths=/no/such", "RootDirectory=/srv") == [])
        let needing = try unit("ReadWritePaths=/no/such")
        var context = try context()
        context.unit = needing
        #expect(
            UnitExaminer().obstacles(context, needing).map(\.text) == [
                "f:2: ReadWritePaths=/no/such is needed for the start: there is no /no/such"
            ]
        )
        #expect(
            UnitExaminer().remedies(context, given: Findings()).map(\.advice) == [
                "make /no/such, or write - before it in f:2"
            ]
        )
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
        let quoted = try unit("InaccessiblePaths=\"/srv/my site\" '/opt/x'", "NoExecPaths=\"/usr/local\"")
        #expect(quoted.refusal(toSee: "/srv/my site/x") != nil && quoted.refusal(toSee: "/opt/x") != nil)
        #expect(quoted.refusal(toSee: "/srv/my") == nil && quoted.refusal(toExecute: "/usr/local/x") != nil)
        #expect(try unit("AmbientCapabilities=\"CAP_NET_BIND_SERVICE\"").ambient == [.netBindService])
        #expect(try !unit("CapabilityBoundingSet=~'CAP_NET_BIND_SERVICE'").bounding.contains(.netBindService))
        #expect(try unit("InaccessiblePaths=/srv/%H").unknownPaths.map(\.specifier) == ["%H"])
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
        #expect(try start("env A=1 lowport run -- B=2 node") == (.lowport("lowport run"), ["B=2", "node"]))
        #expect(try start("/bin/sh -c 'exec lowport run \"node js\" $PORT'").1 == ["node js", "$PORT"])
        #expect(try start("lowport run sh -c 'exec /srv/node'") == (.lowport("lowport run"), ["/srv/node"]))
        for other in ["env -i /srv/x", "env", "sh -c 'cd /; exec /srv/x'", "sh -c exit", "sh -c 'A=1 /srv/x'"] {
            let line = ByteString(other)
            #expect(try start(line) == (.plain, UnitWords.split(line) ?? []))
        }
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
        let local = try #require(IPAddress("127.0.0.1"))
        let six = UnitSocket.all(of: sockets[0].unit, settings, isIPv6OnlyByDefault: true)[0]
        #expect(sockets[0].serves(local) && sockets[0].serves(.v6(.any), isDualStack: true))
        #expect(!six.serves(local) && six.serves(.v6(.any)) && !six.serves(.v6(.any), isDualStack: true))
        for (value, isOnly) in [("ipv6-only", true), ("both", false), ("default", false)] as [(ByteString, Bool)] {
            var changed = settings
            try changed.add(("[Socket]\nBindIPv6Only=\(value)" as ByteString).bytes, from: "s")
            #expect(UnitSocket.all(of: sockets[0].unit, changed)[0].serves(local) != isOnly)
        }
        try settings.add(("[Socket]\nAccept=yes" as ByteString).bytes, from: "s")
        #expect(UnitSocket.all(of: sockets[0].unit, settings).isEmpty)
    }

    @Test func `the control group is below the slice`() throws {
        #expect(try unit().controlGroup == "0::/system.slice/site.service")
        #expect(try unit("Slice=a-b.slice").controlGroup == "0::/a.slice/a-b.slice/site.service")
        #expect(try unit(name: "web@x").controlGroup == "0::/system.slice/system-web.slice/web@x.service")
        #expect(
            try unit(name: "foo-bar@x").controlGroup
                == "0::/system.slice/system-foo\\x2dbar.slice/foo-bar@x.service"
        )
    }
}
