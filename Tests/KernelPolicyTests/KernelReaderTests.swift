// SPDX-License-Identifier: Apache-2.0
import Linux
import Testing

@testable import KernelPolicy

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
