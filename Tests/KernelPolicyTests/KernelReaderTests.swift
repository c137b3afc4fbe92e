// SPDX-License-Identifier: Apache-2.0
import LowportLaunch
import LowportLinux
import Testing

@testable import LowportKernelPolicy

/// What the engine reads from the kernel, with numbers that do not fit.
@Suite struct KernelReaderTests {
    @Test func `settings with a limit that is no port are another version's`() {
        var settings = EngineSettings(network: 7, limit: Port(rawValue: 80))
        settings.entries = 3
        #expect(EngineSettings(bytes: settings.bytes) == settings)
        var bytes = settings.bytes
        bytes[6] = 1
        #expect(EngineSettings(bytes: bytes) == nil)
    }

    @Test func `settings are read as they were written, with all that is in them`() {
        func policy(_ number: Int) -> AppliedPolicy {
            var policy = AppliedPolicy(limit: Port(rawValue: UInt16(number)))
            (policy.entries, policy.applied, policy.hasErrors) = (UInt64(number) << 33, Int64(-number), number % 2 == 0)
            (policy.programs, policy.confined) = ([UInt32(number), .max], UInt32(number + 1))
            let parts = (0..<PolicyFingerprint.count).map { UInt64($0 + number) << 40 }
            policy.files = PolicyFingerprint(parts: parts.dropLast() + [nil])
            return policy
        }
        var settings = EngineSettings(network: 7, limit: Port(rawValue: 80))
        settings.current = policy(80)
        settings.pending = policy(81)
        settings.links = [3, 4]
        settings.maps = settings.maps.indices.map { UInt32($0 + 5) }
        settings.group = TargetGroup(inode: 1 << 40, level: 3, name: "/a/b c")
        #expect(settings.bytes.count == EngineSettings.size)
        #expect(EngineSettings(bytes: settings.bytes) == settings)
        settings.group?.name = ByteString([UInt8](repeating: UInt8(ascii: "x"), count: EngineSettings.nameLimit))
        #expect(EngineSettings(bytes: settings.bytes) == settings)
    }

    @Test func `a first port for everybody that does not fit frees no port`() {
        for (threshold, limit) in [(80, 80), (65535, 65535), (65536, 65535), (0, 1)] as [(UInt32, UInt16)] {
            #expect(EngineSettings.limit(threshold: threshold) == Port(rawValue: limit))
        }
    }

    @Test func `the hierarchy is where a whole line of the mount table says`() {
        let tail = "rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
        #expect(ControlGroups.root(in: ByteString("30 24 0:26 / /sys/fs/cgroup \(tail)")) == "/sys/fs/cgroup")
        #expect(ControlGroups.root(in: ByteString("30 24 0:26 / /a\\040b\\777 \(tail)")) == "/a b\\777")
        #expect(ControlGroups.root(in: "30 24 0:26 - cgroup2 rw - ext4 x rw\n") == nil)
        #expect(ControlGroups.root(in: "30 24 0:26 / /x rw -\n") == nil)
    }
}
