// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// One thing that is done with nc.openbsd and with ours.
struct NetcatScenario: Sendable, CustomTestStringConvertible {
    /// What it shows.
    let name: String
    /// The script, as `PrivateNetwork` runs it.
    let script: String
    /// Why ours does something else on purpose; nil where both must do the same.
    let difference: String?

    init(_ name: String, _ script: String, difference: String? = nil) {
        self.name = name
        self.script = script
        self.difference = difference
    }

    var testDescription: String { name }

    /// Runs it on both, and expects what it says.
    func check() async throws {
        async let original = observe("/bin/nc.openbsd")
        async let ours = observe(Products.path("nc"))
        let (one, other) = try await (original, ours)
        if let difference {
            #expect(one != other, "no longer differs: \(difference)")
        } else {
            #expect(one == other)
        }
    }

    /// What `netcat` does, with the ports that the kernel chose taken out.
    private func observe(_ netcat: String) async throws -> String {
        let outcome = try await PrivateNetwork.run(script, netcat: netcat)
        let text = outcome.description
        return text.replacing(/(received on \S+) \d+/) { "\($0.1) PORT" }
    }
}

enum Netcats {
    /// Whether there is something to compare with.
    static let canCompare = Privilege.isRoot && (try? FileStatus(of: "/bin/nc.openbsd")) != nil
    /// Whether there is an ncat to compare with.
    static let canCompareNcat = Privilege.isRoot && (try? FileStatus(of: "/usr/bin/ncat")) != nil
}
