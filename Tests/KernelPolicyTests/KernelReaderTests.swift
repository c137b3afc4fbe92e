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
        #expect(EngineSettings.limit(in: Array("80\n".utf8)) == Port(rawValue: 80))
        #expect(EngineSettings.limit(in: Array("65536\n".utf8)) == Port(rawValue: 65535))
        #expect(EngineSettings.limit(in: Array("65616\n".utf8)) == Port(rawValue: 65535))
        for text in ["", "x", "999999"] { #expect(EngineSettings.limit(in: Array(text.utf8)) == Port(rawValue: 1024)) }
    }

    @Test func `the hierarchy is where a whole line of the mount table says`() {
        let tail = "rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
        #expect(ControlGroups.root(in: ByteString("30 24 0:26 / /sys/fs/cgroup \(tail)")) == "/sys/fs/cgroup")
        #expect(ControlGroups.root(in: ByteString("30 24 0:26 / /a\\040b\\777 \(tail)")) == "/a b\\777")
        #expect(ControlGroups.root(in: "30 24 0:26 - cgroup2 rw - ext4 x rw\n") == nil)
        #expect(ControlGroups.root(in: "30 24 0:26 / /x rw -\n") == nil)
    }
}
