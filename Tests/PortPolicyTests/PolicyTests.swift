// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import Testing

@testable import LowportPolicy

/// The policy as a whole: rules and authbind tree in a directory of their own, asked by this process.
@Suite final class PolicyTests {
    private let root: String
    private let policy: Policy

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        for directory in ["", "/etc"] {
            try FileManager.default.createDirectory(atPath: root + directory, withIntermediateDirectories: true)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: root + directory)
        }
        policy = Policy(
            store: RuleStore(root: ByteString(root), owner: CurrentProcess.effectiveUser),
            tree: ByteString(root + "/etc/authbind")
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    private func write(_ text: String, to path: String, mode: Int = 0o644) throws {
        let url = URL(filePath: root + "/etc/" + path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        try Data(text.utf8).write(to: url)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
    }

    private func decision(_ port: UInt16 = 80, at address: ByteString = "127.0.0.1") throws -> Decision {
        let address = try #require(IPAddress(address))
        return policy.decision(for: try BindRequest(port: Port(rawValue: port), address: address))
    }

    private var user: UInt32 { CurrentProcess.realUser.rawValue }

    @Test func `without any source the error is that of the authbind tree`() throws {
        let decision = try decision()
        #expect(!decision.isAllowed && decision.grants.isEmpty && decision.source == nil)
        #expect(decision.refusal == .noSuchFile)
        #expect(decision.unusable == "chdir /etc/authbind")
        #expect(decision.answers.map(\.source) == PolicySource.allCases)
        #expect(decision.answers.map(\.isPresent) == [false, false])
    }

    @Test func `a source that is not there has no error of its own where another is`() throws {
        try write("allow uid \(user) tcp 81\n", to: "lowport/rules")
        let decision = try decision()
        #expect(decision.refusal == .notPermitted && decision.unusable == nil)
    }

    @Test func `the first source that allows is the last that is asked`() throws {
        try write("allow uid \(user) tcp 80\n", to: "lowport/rules")
        try write("", to: "authbind/byport/80", mode: 0o755)
        try write("", to: "authbind/byport/81", mode: 0o755)
        let byRule = try decision()
        #expect(byRule.isAllowed && byRule.refusal == nil)
        #expect(byRule.grants == [.init(source: .rules, location: RuleLocation(file: "/etc/lowport/rules", line: 1))])
        #expect(byRule.answer(of: .authbind) == nil && byRule.lastStep == nil)
        let byTree = try decision(81)
        let place = RuleLocation(file: ByteString(root + "/etc/authbind/byport/81"), line: 0)
        #expect(byTree.grants == [.init(source: .authbind, location: place)])
        #expect(byTree.answer(of: .rules)?.isAllowed == false)
    }

    @Test func `an error of the tree is the error of the decision`() throws {
        try write("allow uid \(user) tcp 81\n", to: "lowport/rules")
        try write("", to: "authbind/byport/80", mode: 0o644)
        #expect(try decision().refusal == .permissionDenied)
        try write("127.0.0.1,83\n", to: "authbind/byuid/\(user)")
        #expect(try decision(82).refusal == .noSuchFile)
        #expect(try decision(83).grants.map(\.location.line) == [1])
        try FileManager.default.removeItem(atPath: root + "/etc/authbind/byuid/\(user)")
        try FileManager.default.createDirectory(
            atPath: root + "/etc/authbind/byuid/\(user)",
            withIntermediateDirectories: false
        )
        let decision = try decision(82)
        #expect(decision.refusal == .isDirectory && decision.unusable == "read per-uid file")
    }

    @Test func `a dual-stack bind may need two places of one source`() throws {
        try write("allow uid \(user) tcp 80 on ::/0\n", to: "lowport/rules")
        #expect(try !decision(at: "::").isAllowed)
        try write("allow uid \(user) tcp 80 on 0.0.0.0/0\n", to: "lowport/rules.d/more.rules")
        #expect(
            try decision(at: "::").grants.map(\.location.byteString) == [
                "/etc/lowport/rules:1", "/etc/lowport/rules.d/more.rules:1",
            ]
        )
        // Only the same source completes what one family lacks.
        try FileManager.default.removeItem(atPath: root + "/etc/lowport/rules.d")
        try write("", to: "authbind/byaddr/::,80", mode: 0o755)
        #expect(try decision(at: "::").grants.map(\.source) == [.authbind])
    }

    @Test func `a file with an error grants nothing`() throws {
        try write("allow uid \(user) tcp 80\nalow everyone tcp 81\n", to: "lowport/rules")
        #expect(try decision().refusal == .notPermitted)
    }

    @Test func `no name is looked up after it was said that all are known`() throws {
        let sources = PolicySource.allCases
        #expect(sources.map(\.looksUpNames) == sources.map(\.looksUpNames).sorted { $0 && !$1 })
        final class Asked: NameResolver {
            var names: [ByteString] = []
            var areKnown = false
            func user(named name: ByteString) -> UserID? {
                #expect(!areKnown)
                names.append(name)
                return nil
            }
            func group(named name: ByteString) -> GroupID? { nil }
        }
        try write("allow user somebody tcp 80\n", to: "lowport/rules")
        let asked = Asked()
        let context = DecisionContext(now: Timestamp(rawValue: 0), names: asked, privilege: NoPrivilege())
        let request = try BindRequest(port: Port(rawValue: 80))
        #expect(!policy.decision(for: request, in: context) { asked.areKnown = true }.isAllowed)
        #expect(asked.names == ["somebody"] && asked.areKnown)
    }

    @Test func `what is kept of a policy is never older than its files`() throws {
        var cache = PolicyCache(of: policy)
        let request = try BindRequest(port: Port(rawValue: 80))
        func isAllowed() -> Bool { cache.policy(for: request.port, now: .max).decision(for: request).isAllowed }
        #expect(!isAllowed())
        try write("allow uid \(user) tcp 80\n", to: "lowport/rules")
        #expect(isAllowed() && isAllowed())
        try FileManager.default.removeItem(atPath: root + "/etc/lowport/rules")
        #expect(!isAllowed())
        try write("", to: "authbind/byport/80", mode: 0o755)
        #expect(isAllowed())
        try FileManager.default.removeItem(atPath: root + "/etc/authbind/byport/80")
        #expect(!isAllowed())
    }

    // MARK: - Requests

    @Test func `a request of this process has its groups`() throws {
        let request = try BindRequest(user: CurrentProcess.realUser, port: Port(rawValue: 80))
        #expect(request.groups == [CurrentProcess.realGroup] + (try CurrentProcess.supplementaryGroups()))
        #expect(request.transport == .tcp && request.address == .v4(.any) && !request.isDualStack)
        #expect(try BindRequest(port: Port(rawValue: 80)) == request)
        #expect(try BindRequest(port: Port(rawValue: 80), address: .v6(.any)).isDualStack)
    }

    @Test func `a request of another user has the groups of a session`() throws {
        // Both are in every /etc/passwd; one of them is not us.
        let name: ByteString = CurrentProcess.realUser == .root ? "daemon" : "root"
        let user = try #require(Accounts.user(named: name))
        let request = try BindRequest(user: user, port: Port(rawValue: 53), transport: .udp)
        #expect(request.groups == Accounts.groups(ofUser: name) && !request.groups.isEmpty)
        #expect(request.user == user && request.transport == .udp)
    }

    @Test func `a user whom nobody knows has no groups`() throws {
        let nobody = UserID(rawValue: 4_000_000_123)
        #expect(Accounts.name(of: nobody) == nil)
        #expect(try BindRequest(user: nobody, port: Port(rawValue: 80)).groups.isEmpty)
    }

    @Test func `groups that cannot be found out are an error`() {
        #expect(throws: Errno.inputOutput) {
            try FaultPlan.$current.withValue(FaultPlan(failing: .getGroups, with: .inputOutput)) {
                try BindRequest(port: Port(rawValue: 80))
            }
        }
    }
}
