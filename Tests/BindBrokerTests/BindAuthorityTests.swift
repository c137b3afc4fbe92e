// SPDX-License-Identifier: Apache-2.0
import LowportBroker
import LowportLinux
import Testing

/// Who is asked for whom: one change to the credentials of a thread, one row.
@Suite struct BindAuthorityTests {
    private static let home = NamespaceID(device: 4, inode: 1)
    private static let elsewhere = NamespaceID(device: 4, inode: 2)

    /// The status of an unprivileged thread, with other text in place of some of it.
    private static func status(_ changes: [String: String] = [:]) -> [UInt8] {
        var lines = [
            "Name:\tevil\\nUid:\t0", "Umask:\t0022", "Tgid:\t7", "Pid:\t7", "Uid:\t1001\t1001\t1001\t1001",
            "Gid:\t1001\t1001\t1001\t1001", "Groups:\t100 1100 ", "CapInh:\t0000000000000000",
            "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapBnd:\t000001ffffffffff",
        ]
        for (name, line) in changes {
            for index in lines.indices where lines[index].hasPrefix(name) { lines[index] = line }
        }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private static func credentials(
        _ changes: [String: String] = [:],
        user: NamespaceID = home,
        network: NamespaceID = home
    ) throws -> ThreadCredentials {
        let status = try #require(ProcessStatus(status(changes)))
        return ThreadCredentials(status, userNamespace: user, networkNamespace: network)
    }

    private func authority(
        for caller: ThreadCredentials?,
        socketNetwork: UInt64? = 5,
        of starter: [String: String] = [:]
    ) throws -> BindAuthority {
        Principal(try Self.credentials(starter), network: 5).authority(for: caller, socketNetwork: socketNetwork)
    }

    @Test("The helper is asked for the starter alone") func theHelperIsAskedForTheStarterAlone() throws {
        #expect(try authority(for: Self.credentials()) == .helper)
    }

    @Test(
        "The kernel judges whoever differs",
        arguments: [
            (["CapEff:": "CapEff:\t0000000000000400", "CapPrm:": "CapPrm:\t0000000000000400"], .capable),
            (["Uid:": "Uid:\t0\t1001\t1001\t1001"], .user), (["Uid:": "Uid:\t1001\t0\t1001\t1001"], .user),
            (["Uid:": "Uid:\t1001\t1001\t0\t1001"], .user), (["Uid:": "Uid:\t1001\t1001\t1001\t0"], .user),
            (["Gid:": "Gid:\t1001\t1001\t100\t1001"], .group), (["Groups:": "Groups:\t100 "], .group),
            (["Groups:": "Groups:\t"], .group), (["Groups:": "Groups:\t100 1100 1200 "], .group),
            (["CapPrm:": "CapPrm:\t0000000000000400"], .capabilities),
            (["CapPrm:": "CapPrm:\t0000000000000001"], .capabilities),
        ] as [([String: String], BindAuthority.Reason)]
    )
    func theKernelJudgesWhoeverDiffers(changes: [String: String], reason: BindAuthority.Reason) throws {
        #expect(try authority(for: Self.credentials(changes)) == .kernel(reason))
    }

    @Test("The kernel judges in other namespaces") func theKernelJudgesInOtherNamespaces() throws {
        #expect(try authority(for: Self.credentials(user: Self.elsewhere)) == .kernel(.userNamespace))
        #expect(try authority(for: Self.credentials(network: Self.elsewhere)) == .kernel(.networkNamespace))
        #expect(try authority(for: Self.credentials(), socketNetwork: 6) == .kernel(.socketNetwork))
        #expect(try authority(for: Self.credentials(), socketNetwork: nil) == .kernel(.socketNetwork))
    }

    @Test("What cannot be read is left to the kernel") func whatCannotBeReadIsLeftToTheKernel() throws {
        #expect(try authority(for: nil) == .kernel(.unknown))
        let caller = try Self.credentials()
        #expect(Principal(nil, network: 5).authority(for: caller, socketNetwork: 5) == .kernel(.unknown))
    }

    @Test("A starter with the capability lends it to nobody who gave it up")
    func aStarterWithTheCapabilityLendsItToNobodyWhoGaveItUp() throws {
        let ambient = ["CapEff:": "CapEff:\t0000000000000400", "CapPrm:": "CapPrm:\t0000000000000400"]
        #expect(try authority(for: Self.credentials(), of: ambient) == .kernel(.capabilities))
        let lowered = try Self.credentials(["CapPrm:": "CapPrm:\t0000000000000400"])
        #expect(try authority(for: lowered, of: ambient) == .kernel(.capabilities))
        #expect(!Principal(try Self.credentials(ambient), network: 5).isUnprivileged)
        #expect(Principal(try Self.credentials(), network: 5).isUnprivileged)
    }

    @Test(
        "A status that is not whole is none",
        arguments: [
            ["Uid:": "Uid:\t1001\t1001\t1001"], ["Uid:": "Uid:\t1001\t1001\t1001\t4294967296"],
            ["Uid:": "Uid:\t1001\t1001\t1001\t-1"], ["Uid:": ""], ["Umask:": "Uid:\t0\t0\t0\t0"],
            ["Groups:": "Groups:\t100x"], ["CapEff:": "CapEff:\t00000000000000000400 1"],
            ["CapEff:": "CapEff:\t1ffffffffffffffff"], ["CapPrm:": "CapPrm:\t"], ["Tgid:": "Tgid:\t7 8"],
        ]
    )
    func aStatusThatIsNotWholeIsNone(changes: [String: String]) {
        #expect(ProcessStatus(Self.status(changes)) == nil)
    }

    @Test("The status of this process is read") func theStatusOfThisProcessIsRead() throws {
        let status = try ProcessStatus(of: FileDescriptor.open("/proc/self/status", .readOnly))
        #expect(status.process == CurrentProcess.identifier)
        #expect(status.users[0] == CurrentProcess.realUser && status.groups[1] == CurrentProcess.effectiveGroup)
        #expect(try status.supplementaryGroups == CurrentProcess.supplementaryGroups().sorted())
        #expect(try status.effective == CapabilityState.ofCurrentThread().effective)
        #expect(Principal.current().isKnown)
    }
}
