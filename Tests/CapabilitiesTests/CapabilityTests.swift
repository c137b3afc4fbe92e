// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLinux
import Testing

@Suite struct CapabilityTests {
    @Test("Capabilities are known by number and by name") func names() {
        #expect(Capability.chown.rawValue == 0)
        #expect(Capability.netBindService.rawValue == 10)
        #expect(Capability.checkpointRestore.rawValue == 40)
        #expect(Capability.netBindService.byteString == "cap_net_bind_service")
        #expect(Capability(rawValue: 41)?.byteString == "41")
        #expect(Capability(named: "Cap_SetFCap") == .setfcap)
        #expect(Capability(named: "setfcap") == nil)
        #expect(Capability(named: "cap_setfcap2") == nil)
        #expect(Capability(named: "") == nil)
        #expect(Capability(rawValue: 64) == nil)
    }

    @Test("Every name leads back") func everyNameLeadsBack() {
        for number in 0..<41 as Range<UInt8> {
            let capability = Capability(rawValue: number)
            #expect(capability != nil && capability == (capability?.byteString).flatMap { Capability(named: $0) })
        }
    }

    @Test("A set of capabilities is a set") func setIsASet() {
        var set: CapabilitySet = [.netRaw, .chown]
        #expect(set.rawValue == 1 << 13 | 1)
        #expect(Array(set) == [.chown, .netRaw])
        #expect(set.insert(.chown).inserted == false)
        #expect(set.insert(.kill).inserted)
        #expect(set.remove(.kill) == .kill)
        #expect(set.remove(.kill) == nil)
        #expect(set.count == 2)
        #expect(set.subtracting([.chown]) == [.netRaw])
        #expect(set.isSubset(of: CapabilitySet(rawValue: .max)))
        #expect(CapabilitySet(rawValue: .max).map(\.rawValue) == Array(0..<64))
    }

    @Test("The running kernel has as many capabilities as it says") func runningKernel() throws {
        let kernel = KernelCapabilities.running
        let last = try OpenedText("/proc/sys/kernel/cap_last_cap").number
        #expect(Int(kernel.count) == last + 1)
    }

    @Test("Two states differ in the sets that are not the same") func stateDifference() {
        let one = CapabilityState(effective: [.kill], permitted: [.kill])
        #expect(one.difference(from: one).isEmpty)
        #expect(
            one.difference(from: CapabilityState(permitted: [.kill], inheritable: [.kill])) == [
                .effective, .inheritable,
            ]
        )
        #expect(one.flags(of: .kill) == [.effective, .permitted])
    }
}

/// A small file that holds a number.
private struct OpenedText {
    let number: Int

    init(_ path: ByteString) throws {
        let bytes = try FileDescriptor.open(path, .readOnly).readToEnd(limit: 100)
        number = try #require(Int(String(decoding: bytes, as: UTF8.self).trimmingPrefix(" ").split(separator: "\n")[0]))
    }
}
