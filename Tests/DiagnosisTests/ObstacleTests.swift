// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLaunch
import LowportLinux
import LowportPolicy
import Testing

@testable import LowportDiagnosis

/// What stands in the way of a bind that is allowed, and how programs are reached.
@Suite struct ObstacleTests: ExplanationSuite {
    @Test(arguments: [
        (ProgramImage.go, "a Go program"), (.linkedStatically, "statically linked"), (.foreign, "another architecture"),
    ])
    func theBrokerReachesIt(_ image: ProgramImage, _ reason: String) throws {
        let program = ProgramFile(path: "/srv/server", image: image)
        let explanation = explain(try context(rules: "allow uid 1000 tcp 80", program: program))
        #expect(explanation.canBind)
        let reach = explanation.findings.first { $0.subject == .delivery }
        #expect(reach?.text.description.contains("with the broker, since it is") == true)
        #expect(reach?.text.description.contains(reason) == true)
    }

    @Test func nothingReachesSetIDPrograms() throws {
        let program = ProgramFile(path: "/srv/server", image: .dynamic, mode: FileMode(rawValue: 0o2755))
        let explanation = explain(try context(rules: "allow uid 1000 tcp 80", program: program))
        #expect(!explanation.canBind)
        #expect(
            explanation.verdict.description.contains("it is allowed, but the program cannot be reached: it is set-id")
        )
        #expect(
            explanation.remedies.map(\.command) == [
                "sudo lowport enforce enable", "sudo lowport grant --program /srv/server",
                "lowport run --via broker /srv/server",
            ]
        )
    }

    /// What would be refused is not proposed.
    @Test func noCapabilityForProgramsOfOthers() throws {
        let program = ProgramFile(
            path: "/srv/server",
            image: .dynamic,
            mode: FileMode(rawValue: 0o2755),
            isOpenToOthers: true
        )
        let explanation = explain(try context(rules: "allow uid 1000 tcp 80", program: program))
        #expect(
            explanation.remedies.map(\.command) == [
                "sudo lowport enforce enable", "lowport run --via broker /srv/server",
            ]
        )
    }

    @Test func thePortIsTaken() throws {
        let socket = BoundSocket(
            transport: .tcp,
            local: SocketAddress(.v4(.any), Port(rawValue: 80)),
            owner: .root,
            inode: 1
        )
        let holder = PortHolder(socket: socket, processes: [RunningProcess(identifier: 77, name: "nginx")])
        expect(
            try context(rules: "allow uid 1000 tcp 80"),
            seen: [PortExaminer(holders: [holder])],
            false,
            "user web cannot bind tcp 80: the port is taken on 0.0.0.0:80 by process 77 (nginx)"
        )
    }

    @Test func theAddressIsElsewhere() throws {
        expect(
            try context(rules: "allow uid 1000 tcp 80", address: "192.0.2.1"),
            seen: [AddressExaminer(error: .addressNotAvailable)],
            false,
            "user web cannot bind tcp 80 on 192.0.2.1: 192.0.2.1 is not an address of this machine",
            remedy: "sudo ip address add 192.0.2.1/32 dev lo"
        )
    }

    @Test func whatStandsInTheWayDoesNotHideTheRest() throws {
        let elsewhere = AddressExaminer(error: .addressNotAvailable)
        #expect(
            explain(try context(address: "192.0.2.1"), [elsewhere]).remedies.map(\.command) == [
                "sudo ip address add 192.0.2.1/32 dev lo", "sudo sysctl net.ipv4.ip_nonlocal_bind=1",
                "sudo lowport grant 80 --user web --on 192.0.2.1", "lowport run PROGRAM",
            ]
        )
    }

    @Test func aSandboxComesBeforeEverything() throws {
        var sandboxed = try context(rules: "allow uid 1000 tcp 80")
        sandboxed.sandboxError = .permissionDenied
        let address = AddressExaminer(error: .permissionDenied)
        expect(
            sandboxed,
            seen: [address],
            false,
            "user web cannot bind tcp 80: Landlock, or another security module, keeps this process from binding tcp 80",
            remedy: "lowport run PROGRAM"
        )
        #expect(explain(sandboxed, [address]).remedies.count == 1)
    }
}
