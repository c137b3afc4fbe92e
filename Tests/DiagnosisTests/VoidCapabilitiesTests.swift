// SPDX-License-Identifier: Apache-2.0
import LowportBroker
import LowportCapabilities
import LowportLaunch
import LowportLinux
import LowportPolicy
import Testing

@testable import LowportDiagnosis

/// Capabilities of files and processes, and everything that voids them.
@Suite struct VoidCapabilitiesTests: ExplanationSuite {
    @Test func theProgramHasTheCapability() throws {
        let program = ProgramFile(path: "/srv/server", image: .dynamic, attribute: .some(bindService))
        expect(
            try context(program: program),
            true,
            "user web can bind tcp 80: /srv/server has the file capability"
        )
    }

    @Test func theMountIsNosuid() throws {
        let program = ProgramFile(
            path: "/home/web/server",
            image: .dynamic,
            attribute: .some(bindService),
            isOnNosuidMount: true
        )
        expect(
            try context(program: program),
            false,
            "user web cannot bind tcp 80: the file capabilities of /home/web/server have no effect: "
                + "it lies on a file system that is mounted nosuid",
            remedy: "sudo lowport grant 80 --user web"
        )
    }

    @Test func noNewPrivileges() throws {
        var credentials = web
        credentials.hasNoNewPrivileges = true
        let program = ProgramFile(path: "/srv/server", image: .dynamic, attribute: .some(bindService))
        expect(
            try context(program: program, credentials: credentials),
            false,
            "user web cannot bind tcp 80: the file capabilities of /srv/server have no effect: "
                + "no_new_privs is set, so a program gains nothing when it is started",
            remedy: "sudo lowport enforce enable"
        )
        expect(
            try context(rules: "allow uid 1000 tcp 80", credentials: credentials),
            false,
            "user web cannot bind tcp 80: it is allowed, but no_new_privs keeps the helper from having any privilege",
            remedy: "sudo lowport enforce enable"
        )
    }

    @Test(arguments: [
        (FileCapabilities(permitted: [.netBindService], isEffective: false), "makes permitted and not effective"),
        (FileCapabilities(inheritable: [.netBindService], isEffective: true), "inheritable there, and not permitted"),
        (
            FileCapabilities(permitted: [.netBindService], isEffective: true, rootUser: UserID(rawValue: 100_000)),
            "namespaces whose root is uid 100000"
        ),
    ])
    func theAttributeIsNotEnough(_ capabilities: FileCapabilities, _ reason: String) throws {
        let program = ProgramFile(path: "/srv/server", image: .dynamic, attribute: .some(capabilities))
        let explanation = explain(try context(program: program))
        #expect(!explanation.canBind)
        #expect(explanation.verdict.description.contains(reason))
    }

    @Test func theCapabilityIsOutsideTheBoundingSet() throws {
        var credentials = web
        credentials.bounding = []
        let program = ProgramFile(path: "/srv/server", image: .dynamic, attribute: .some(bindService))
        #expect(
            explain(try context(program: program, credentials: credentials)).verdict.description
                .contains(
                    "/srv/server cannot be started: its file relies on cap_net_bind_service, outside the bounding set"
                )
        )
    }

    /// The kernel refuses to start it, and so it binds no port at all.
    @Test func theProgramReliesOnMoreThanTheBoundingSetHas() throws {
        var credentials = web
        credentials.bounding = [.netBindService]
        let relying = FileCapabilities(permitted: [.netBindService, .chown], isEffective: true)
        let server = try context(
            program: ProgramFile(path: "/srv/server", image: .dynamic, attribute: .some(relying)),
            credentials: credentials
        )
        let verdict =
            "user web cannot bind tcp 80: "
            + "/srv/server cannot be started: its file relies on cap_chown, outside the bounding set"
        expect(server, false, verdict)
        #expect(explain(server).remedies.map(\.command) == ["sudo lowport run --via ambient --user web /srv/server"])
        // The port needs nothing, and still.
        expect(server, seen: [ThresholdExaminer(first: 80)], false, verdict)
        #expect(
            explain(server, [ThresholdExaminer(first: 80)]).remedies.map(\.command) == ["sudo setcap -r /srv/server"]
        )
        // The kernel starts programs that look at what they got, and passes over what does not count here.
        for capabilities in [
            FileCapabilities(permitted: [.netBindService, .chown], isEffective: false),
            FileCapabilities(permitted: [.chown], isEffective: true, rootUser: UserID(rawValue: 9)),
        ] {
            let program = ProgramFile(path: "/srv/server", image: .dynamic, attribute: .some(capabilities))
            expect(
                try context(program: program, credentials: credentials),
                seen: [ThresholdExaminer(first: 80)],
                true,
                "user web can bind tcp 80: the port needs no privilege here"
            )
        }
    }

    @Test func ambientCapabilities() throws {
        var credentials = web
        credentials.ambient = [.netBindService]
        expect(
            try context(program: ProgramFile(path: "/srv/server", image: .dynamic), credentials: credentials),
            true,
            "user web can bind tcp 80: CAP_NET_BIND_SERVICE is ambient here"
        )
    }

    @Test func capabilitiesOfAnotherUserNamespaceDoNotCount() throws {
        var root = web
        root.user = .root
        var inside = try context(credentials: root)
        inside.requester.name = "root"
        #expect(explain(inside).canBind)
        inside.process.doCapabilitiesCount = false
        inside.requester.outerUser = UserID(rawValue: 4_000_000)
        expect(
            inside,
            false,
            "user root cannot bind tcp 80: the network belongs to another user namespace, "
                + "where the capabilities of this one do not count",
            remedy: "sudo lowport grant 80 --uid 4000000"
        )
    }

    @Test func programsThatNoCapabilityReaches() throws {
        expect(
            try context(program: ProgramFile(path: "/srv/server", image: .dynamic)),
            false,
            "user web cannot bind tcp 80: no rule and no file of authbind allows it, and /srv/server has no file capabilities"
        )
        expect(
            try context(program: ProgramFile(path: "/mnt/server", image: .dynamic, attribute: .unsupported)),
            false,
            "user web cannot bind tcp 80: no rule and no file of authbind allows it, "
                + "and the file system of /mnt/server has no file capabilities"
        )
        let script = ProgramFile(
            path: "/usr/bin/python3",
            scripts: ["/srv/server.py"],
            scriptsWithCapabilities: ["/srv/server.py"],
            image: .dynamic
        )
        expect(
            try context(program: script),
            false,
            "user web cannot bind tcp 80: the file capabilities of /srv/server.py have no effect: "
                + "it is a script, run by /usr/bin/python3"
        )
    }

    @Test func setUserIDRootHasEveryCapability() throws {
        let program = ProgramFile(path: "/srv/server", image: .dynamic, mode: FileMode(rawValue: 0o4755))
        expect(try context(program: program), true, "user web can bind tcp 80: /srv/server is set-user-ID root")
        var credentials = web
        credentials.hasNoNewPrivileges = true
        #expect(!explain(try context(program: program, credentials: credentials)).canBind)
    }

    /// The kernel then gives the program those of the file alone.
    @Test func setUserIDRootWithFileCapabilitiesHasNoOthers() throws {
        let mode = FileMode(rawValue: 0o4755)
        for capabilities in [FileCapabilities(), FileCapabilities(permitted: [.chown], isEffective: true)] {
            let program = ProgramFile(path: "/srv/x", image: .dynamic, mode: mode, attribute: .some(capabilities))
            #expect(!explain(try context(program: program)).canBind)
        }
        let program = ProgramFile(path: "/srv/x", image: .dynamic, mode: mode, attribute: .some(bindService))
        expect(try context(program: program), true, "user web can bind tcp 80: /srv/x has the file capability")
    }

    @Test func aProgramOfAnotherUserIsNoneOfRoot() throws {
        var root = web
        (root.user, root.effective) = (.root, CapabilitySet(rawValue: .max))
        let (mode, owner) = (FileMode(rawValue: 0o4755), UserID(rawValue: 7))
        var program = ProgramFile(path: "/srv/x", image: .dynamic, mode: mode, owner: owner)
        expect(
            try context(program: program, credentials: root),
            seen: [TrialExaminer(trial: BindTrial("0 untried 0"))],
            false,
            "user web cannot bind tcp 80: the program is set-user-ID 7, and does without CAP_NET_BIND_SERVICE unless it raises it"
        )
        // The effective flag of a file counts for all that root passes on, and no_new_privs keeps the user.
        program.attribute = .some(FileCapabilities(permitted: [.chown], isEffective: true))
        #expect(explain(try context(program: program, credentials: root)).canBind)
        program.attribute = .none
        root.hasNoNewPrivileges = true
        #expect(explain(try context(program: program, credentials: root)).canBind)
    }

    @Test func setIDBitsThatChangeNothingTakeNothing() throws {
        var starter = web
        (starter.ambient, starter.effective) = ([.netBindService], [.netBindService])
        for (mode, group): (UInt32, UInt32) in [(0o4755, 0), (0o2755, 1000), (0o2745, 7)] {
            let program = ProgramFile(
                path: "/srv/x",
                image: .dynamic,
                mode: FileMode(rawValue: mode),
                owner: web.user,
                group: GroupID(rawValue: group)
            )
            #expect(explain(try context(program: program, credentials: starter)).canBind)
            #expect(explain(try context(rules: "allow uid 1000 tcp 80", program: program)).canBind)
        }
    }

    /// What is inheritable in both counts like what is permitted, and the loader then ignores the library.
    @Test func whatIsInheritedIsPermitted() throws {
        var starter = web
        starter.inheritable = [.netBindService]
        let inheritable = FileCapabilities(inheritable: [.netBindService])
        let program = ProgramFile(path: "/srv/x", image: .dynamic, attribute: .some(inheritable))
        expect(
            try context(rules: "allow uid 1000 tcp 80", program: program, credentials: starter),
            false,
            "user web cannot bind tcp 80: unless /srv/x raises cap_net_bind_service, which its file makes permitted and not effective, it has no effect",
            remedy: "lowport run --via broker /srv/x"
        )
    }

    @Test func capabilitiesThatTheKernelPassesOverHideNothing() throws {
        let foreign = FileCapabilities(permitted: [.netBindService], isEffective: true, rootUser: UserID(rawValue: 9))
        let program = ProgramFile(path: "/srv/server", image: .go, attribute: .some(foreign))
        let explanation = explain(try context(program: program))
        #expect(explanation.remedies.last?.command == "lowport run --via broker /srv/server")
        expect(
            try context(rules: "allow uid 1000 tcp 80", program: program),
            true,
            "user web can bind tcp 80 by rule /etc/lowport/rules:1, started with lowport run --via broker"
        )
        // What is inheritable alone gains nothing, and so the library is loaded.
        let inheritable = FileCapabilities(inheritable: [.netBindService], isEffective: false)
        let other = ProgramFile(path: "/srv/server", image: .dynamic, attribute: .some(inheritable))
        #expect(explain(try context(rules: "allow uid 1000 tcp 80", program: other)).canBind)
    }
}
