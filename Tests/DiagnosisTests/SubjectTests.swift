// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportCapabilities
import LowportLaunch
import LowportLinux
import LowportPolicy
import Testing

@testable import LowportDiagnosis

/// The list of what `lowport explain` examines.
@Suite struct SubjectTests: ExplanationSuite {
    @Test func `json.md names each subject of a finding, and none that does not exist`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Documentation/reference/json.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix("lowport.explain/1\n") })
        let row = try #require(section.split(separator: "\n").first { $0.hasPrefix("| `findings[].subject`") })
        let named = row.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }.dropFirst()
        #expect(Array(named) == Subject.allCases.map(\.name))
    }

    @Test func `each subject has an examiner of its own, and the sources of permission have one together`() {
        let names = Set(Subject.examiners.map { String(describing: $0) })
        #expect(names.count == Subject.examiners.count)
        #expect(names.count == Subject.allCases.count - PolicySource.allCases.count + 1)
    }

    @Test func `each reports its own subject alone`() throws {
        let socket = BoundSocket(
            transport: .tcp,
            local: SocketAddress(.v4(.any), Port(rawValue: 80)),
            owner: .root,
            inode: 1
        )
        let seen: [any Examiner] = [
            ThresholdExaminer(first: 1024), ProgramExaminer(refusal: .init(path: "/x", error: .permissionDenied)),
            DeliveryExaminer(),
            FileExaminer(replacement: ProgramFile(path: "/x", image: .go)),
            AddressExaminer(error: .addressNotAvailable),
            PortExaminer(holders: [PortHolder(socket: socket)]),
        ]
        // It names what restricts the process, where that shows in the address first.
        let others: [any Examiner.Type] = [AddressExaminer.self]
        var reported: Set<Subject> = []
        for context in try trouble() {
            for type in Subject.examiners {
                let examiner = seen.first { Swift.type(of: $0) == type } ?? type.init(lookingAt: context)
                let subjects = Set(examiner.findings(context, after: Findings()).map(\.subject))
                let isOwn = subjects.isSubset(of: Subject.allCases.filter { $0.examiner == type })
                #expect(isOwn || others.contains { $0 == type })
                reported.formUnion(subjects)
            }
        }
        // Nobody is confined there.
        #expect(reported == Set(Subject.allCases).subtracting([.confinement, .trial]).union(reported))
    }

    /// A context in which much is wrong, so that most examiners have something to tell.
    private func trouble() throws -> [BindContext] {
        var starting = try context(
            rules: "allow uid 1000 udp 80",
            tree: ["byport/80": .permissionDenied],
            program: ProgramFile(
                path: "/srv/python",
                scripts: ["/srv/server"],
                scriptsWithCapabilities: ["/srv/server"],
                image: .go,
                mode: FileMode(rawValue: 0o4755),
                attribute: .some(bindService)
            )
        )
        starting.process.credentials.bounding = []
        starting.process.credentials.hasNoNewPrivileges = true
        starting.process.doCapabilitiesCount = false
        starting.policy.ignoredFiles = [IgnoredFile(reason: "r", repair: nil, wouldAllow: nil)]
        var running = starting
        running.process.identifier = 77
        running.process.credentials.hasSeccompFilter = true
        running.sandboxError = .notPermitted
        var landlocked = starting
        landlocked.sandboxError = .permissionDenied
        var grouped = starting
        grouped.sandboxError = .notPermitted
        var service = starting
        var settings = UnitSettings(section: "Service")
        try settings.add(("[Service]\nSocketBindDeny=any" as ByteString).bytes, from: "f")
        let name = try #require(UnitName("site"))
        service.unit = ServiceUnit(name: name, settings: settings, manager: SystemdBuild("systemd 255"))
        return [starting, running, landlocked, grouped, service]
    }
}
