// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportDiagnosis

/// Which service a process is of: cgroups(7), systemd.slice(5).
@Suite struct ServiceMembershipTests {
    private func membership(_ groups: ByteString, _ manager: ByteString = "") -> ServiceMembership {
        ServiceMembership(groups: groups, ofManager: manager)
    }

    @Test func `a service is the first part below its slices`() {
        #expect(membership("0::/system.slice/site.service\n") == .service("site.service"))
        #expect(membership("0::/system.slice/system-web.slice/web@x.service/a/b") == .service("web@x.service"))
        #expect(membership("0::/a.slice/a-b.slice/site.service") == .service("site.service"))
        #expect(membership("0::/system.slice/_net.service") == .service("net.service"))
        // The payload of a container has services of its own.
        #expect(
            membership("0::/machine.slice/systemd-nspawn@c.service/payload/system.slice/nginx.service")
                == .service("systemd-nspawn@c.service")
        )
    }

    @Test func `of several hierarchies, that of systemd counts`() {
        let hybrid: ByteString = "5:cpu,cpuacct:/\n1:name=systemd:/system.slice/site.service\n0::/\n"
        #expect(membership(hybrid) == .service("site.service"))
        #expect(membership("5:cpu,cpuacct:/system.slice/site.service\n") == .unknown)
    }

    @Test func `sessions and services of users are of no service of the system`() {
        #expect(membership("0::/user.slice/user-1000.slice/session-3.scope") == .other)
        #expect(membership("0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service") == .other)
        #expect(membership("0::/system.slice/docker-1.scope") == .other)
    }

    @Test func `what cannot be seen is not known`() {
        #expect(membership("") == .unknown && membership("0::/") == .unknown)
        #expect(membership("0::/system.slice") == .unknown && membership("0::/../..") == .unknown)
    }

    @Test func `in a container, services are below the group of its manager`() {
        let manager: ByteString = "0::/machine.slice/libpod-1.scope/init.scope\n"
        #expect(
            membership("0::/machine.slice/libpod-1.scope/system.slice/site.service", manager)
                == .service("site.service")
        )
    }

    @Test func `a holder of the port is the service itself by its name`() throws {
        let socket = BoundSocket(
            transport: .tcp,
            local: SocketAddress(.v4(.any), Port(rawValue: 80)),
            owner: .root,
            inode: 1
        )
        var context = try SubjectContext().context()
        var settings = UnitSettings(section: "Service")
        try settings.add(("[Service]\nExecStart=/srv/site" as ByteString).bytes, from: "f")
        context.unit = ServiceUnit(
            name: try #require(UnitName("site")),
            settings: settings,
            manager: SystemdBuild("systemd 255")
        )
        func effect(_ service: ServiceMembership) -> Finding.Effect? {
            let process = RunningProcess(identifier: 77, name: "site", service: service)
            return PortExaminer(holders: [PortHolder(socket: socket, processes: [process])])
                .findings(context, after: Findings()).first?.effect
        }
        #expect(effect(.service("site.service")) == .informs)
        #expect(effect(.service("other.service")) == .blocks)
        #expect(effect(.other) == .blocks && effect(.unknown) == .blocks)
    }
}

private struct SubjectContext: ExplanationSuite {}
