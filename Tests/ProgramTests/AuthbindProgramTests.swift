// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What our binaries are made of, and what they do without any privilege.
@Suite struct AuthbindProgramTests {
    private func symbols(_ name: String, _ option: ByteString) async throws -> [ByteString] {
        let outcome = try await run("nm", ["-D", option, ByteString(Products.path(name))])
        return outcome.output.split(on: 0x0A).filter { !$0.isEmpty }
    }

    @Test("The library exports bind alone") func libraryExportsBindAlone() async throws {
        // Lower case marks what no other object can see.
        let exported = try await symbols("liblowport-preload.so", "--defined-only").compactMap { line -> ByteString? in
            let fields = line.split(on: 0x20)
            let kind = try? #require(fields.dropLast().last?.bytes.first)
            return kind.map { $0 < 0x60 } == true ? fields.last : nil
        }
        #expect(exported == ["bind"])
    }

    @Test(
        "The library needs libc alone",
        arguments: ["liblowport-preload.so", "lowport-helper", "authbind", "lowport"]
    )
    func needsLibcAlone(name: String) async throws {
        let outcome = try await run("readelf", ["-d", ByteString(Products.path(name))])
        let lines = outcome.output.split(on: 0x0A).map(\.description)
        let needed = lines.filter { $0.contains("(NEEDED)") }
        #expect(
            needed.allSatisfy { $0.contains("libc.so.6") || $0.contains("ld-linux") || $0.contains("libm.so.6") },
            "\(needed)"
        )
    }

    @Test(
        "The library contains no Swift runtime",
        arguments: ["liblowport-preload.so", "lowport-helper", "authbind", "lowport"]
    )
    func containsNoSwiftRuntime(name: String) async throws {
        let undefined = try await symbols(name, "--undefined-only").map(\.description)
        #expect(!undefined.isEmpty)
        #expect(undefined.allSatisfy { !$0.contains("swift") }, "\(undefined)")
        let text = try await run("grep", ["-c", "SWIFT_DEBUG", ByteString(Products.path(name))])
        #expect(text.output == "0\n")
    }

    @Test("The library leaves a Swift program alone") func libraryLeavesASwiftProgramAlone() async throws {
        let plain = try await run(Products.path("lowport"), ["--help"])
        let preloaded = try await run(
            Products.path("lowport"),
            ["--help"],
            environment: ["LD_PRELOAD": Products.path("liblowport-preload.so")]
        )
        #expect(plain.status == 0)
        #expect(preloaded == plain)
    }

    @Test("The launcher finds the library beside itself") func launcherFindsTheLibraryBesideItself() async throws {
        let outcome = try await run(Products.path("authbind"), ["sh", "-c", "echo $AUTHBIND_LIB"])
        #expect(outcome.output == ByteString(Products.path("liblowport-preload.so") + "\n"))
    }

    @Test("The launcher says when there is no library") func launcherSaysWhenThereIsNoLibrary() async throws {
        let outcome = try await run(
            "sh",
            [
                "-c", "cp \"$0\" $T/authbind && env -u AUTHBIND_LIB $T/authbind true; s=$?; rm -r $T; exit $s",
                ByteString(Products.path("authbind")),
            ],
            environment: ["T": try await temporaryDirectory()]
        )
        #expect(outcome.status == 255)
        #expect(outcome.errors.hasPrefix("authbind: cannot find liblowport-preload.so"))
    }

    @Test("The helper refuses bad usage without privilege") func helperRefusesBadUsageWithoutPrivilege() async throws {
        let outcome = try await run(Products.path("lowport-helper"), ["x"])
        #expect(outcome == Outcome(status: 38, output: "", errors: "libauthbind's helper: bad usage\n"))
    }

    private func temporaryDirectory() async throws -> String {
        try await run("mktemp", ["-d"]).output.split(on: 0x0A)[0].description
    }
}
