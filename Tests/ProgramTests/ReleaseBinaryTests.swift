// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// What the linker made: the embedded ring has no runtime, needs libc alone and is hardened.
@Suite(.enabled(if: Release.isBuilt, "needs make build")) struct ReleaseBinaryTests {
    static let dynamic = [
        "setcap", "getcap", "nc", "authbind", "lowport-helper-nss", "lowport-run", "lowport-forward",
        "liblowport-preload.so",
    ]
    static let linkedStatically = ["lowport", "lowport-helper"]
    static let embedded = dynamic + linkedStatically

    private func readelf(_ options: ByteString, _ name: String) async throws -> String {
        let outcome = try await run("readelf", [options, "-W", ByteString(Release.path(name))])
        try #require(outcome.status == 0)
        return outcome.output.description
    }

    @Test(arguments: linkedStatically) func `a static program needs nothing`(_ name: String) async throws {
        #expect(try await !readelf("-d", name).contains("(NEEDED)"))
        #expect(try await !readelf("-l", name).contains("INTERP"))
    }

    @Test("The small programs need libc alone", arguments: dynamic) func needsLibcAlone(_ name: String) async throws {
        let needed = try await readelf("-d", name).split(separator: "\n").filter { $0.contains("(NEEDED)") }
        #expect(needed.count == 1)
        #expect(needed.first?.contains("[libc.so.6]") == true)
    }

    /// RHEL 8 has 2.28, RHEL 9 has 2.34. The first version for aarch64 is 2.17, and so earlier ones are not told apart.
    @Test(arguments: dynamic + ["lowport-admin"])
    func `the manual has the oldest C library of each program`(_ name: String) async throws {
        let versions = try await readelf("-V", name).matches(of: #/GLIBC_2\.(\d+)/#).compactMap { Int($0.1) }
        let oldest = max(17, try #require(versions.max()))
        #expect(oldest <= (name == "lowport-admin" ? 35 : 28))
        let page = URL(filePath: Release.repository).appending(path: "Documentation/distributions.md")
        let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
        #expect(rows.contains { $0.hasPrefix("| `\(name)` | 2.\(oldest) |") }, "2.\(oldest)")
    }

    /// Before 2.34, the C library runs only the constructors that a program brings the calls of. One entry is the
    /// compiler's, for tables that there are none of.
    @Test(arguments: dynamic.dropLast()) func `a program has no constructors`(_ name: String) async throws {
        let sections = try await readelf("-S", name).split(separator: "\n")
        #expect(!sections.contains { $0.contains("PREINIT_ARRAY") })
        let array = try #require(sections.first { $0.contains("INIT_ARRAY") }).split(separator: " ")
        let kind = try #require(array.firstIndex(of: "INIT_ARRAY"))
        #expect(Int(array[kind + 3], radix: 16) == 8)
    }

    @Test("The programs are hardened", arguments: embedded + ["lowport-admin"]) func isHardened(_ name: String)
        async throws
    {
        let dynamic = try await readelf("-d", name)
        #expect(dynamic.contains("BIND_NOW"))
        #expect(!dynamic.contains("RUNPATH") && !dynamic.contains("RPATH"))
        let segments = try await readelf("-l", name)
        #expect(segments.contains("GNU_RELRO"))
        #expect(segments.split(separator: "\n").first { $0.contains("GNU_STACK") }?.contains("RWE") == false)
        #expect(try await readelf("-h", name).contains("DYN"))
    }

    @Test("The small programs have no Swift runtime", arguments: embedded) func hasNoSwiftRuntime(_ name: String)
        async throws
    {
        let content = try Data(contentsOf: URL(filePath: Release.path(name)))
        #expect(content.range(of: Data("SWIFT_DEBUG".utf8)) == nil)
        #expect(content.range(of: Data("libswift".utf8)) == nil)
    }

    @Test("The helper is small", arguments: [("lowport-helper", 110_000), ("lowport-helper-nss", 111_500)])
    func helperIsSmall(_ name: String, _ limit: Int64) throws {
        #expect(try FileStatus(of: ByteString(Release.path(name))).size < limit)
    }

    /// What a listener runs before somebody connects stands together (Packaging/nc.ld), so that little of nc is in memory.
    @Test("nc starts in little code") func ncStartsInLittleCode() async throws {
        let sections = try await readelf("-S", "nc").split(separator: "\n").map { $0.split(separator: " ") }
        func size(of name: Substring) -> Int? {
            sections.first { $0.contains(name) }.flatMap { fields in
                fields.firstIndex(of: "PROGBITS").flatMap { Int(fields[$0 + 3], radix: 16) }
            }
        }
        let (start, later) = (try #require(size(of: ".text")), try #require(size(of: ".text.later")))
        #expect(start < 80_000)
        #expect(later > start)
    }

    /// The C library that the command is linked with knows neither scripts without an interpreter nor signal 34.
    @Test func `the static command starts what execvp starts, and forwards every signal`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lowport-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let script = """
            cd "$1"; L=$2; printf 'echo ran "$@"\\n' > script; chmod 755 script; mkdir path; cp script path/found
            "$L" run ./script 'a  b'; PATH=$PWD/path:$PATH "$L" run found c; (unset PATH; "$L" run echo d)
            "$L" run ./nothing 2>/dev/null || echo $?; "$L" run . 2>/dev/null || echo $?
            cat > wait.py <<'END'
            import os, signal
            signal.signal(34, lambda *_: os._exit(5)); open("ready", "w").close()
            while True: signal.pause()
            END
            "$L" run --via broker --supervisor above /usr/bin/python3 wait.py & starter=$!
            until [ -e ready ]; do sleep 0.01; done
            kill -34 $starter; wait $starter || echo $?
            """
        let outcome = try await run(
            "bash",
            ["-euc", ByteString(script), "bash", ByteString(directory), ByteString(Release.path("lowport"))]
        )
        #expect(outcome.output == "ran a  b\nran c\nd\n127\n126\n5\n", "\(outcome)")
    }

    @Test("The library exports bind alone") func preloadExportsBindAlone() async throws {
        let outcome = try await run("nm", ["-D", "--defined-only", ByteString(Release.path("liblowport-preload.so"))])
        let names = outcome.output.description.split(separator: "\n").compactMap { $0.split(separator: " ").last }
        #expect(names == ["bind"])
    }

    /// The library is loaded into programs of Alpine too; musl has, for one, no functions for _FORTIFY_SOURCE.
    @Test func `musl has what the library asks for`() async throws {
        func symbols(_ kind: ByteString, of path: String) async throws -> Set<Substring> {
            let outcome = try await run("nm", ["-D", kind, "--format=posix", ByteString(path)])
            try #require(outcome.status == 0)
            let rows = outcome.output.description.split(separator: "\n").map { $0.split(separator: " ") }
            return Set(rows.filter { $0[1] != "w" }.compactMap { $0[0].split(separator: "@").first })
        }
        let machine = try await run("uname", ["-m"]).output.description.split(separator: "\n")[0]
        let musl = try await symbols("--defined-only", of: "/usr/lib/\(machine)-linux-musl/libc.so")
        let wanted = try await symbols("--undefined-only", of: Release.path("liblowport-preload.so"))
        #expect(wanted.contains("clone"))
        #expect(wanted.subtracting(musl) == [])
    }

    @Test("The tool needs no Swift libraries") func toolNeedsNoSwiftLibraries() async throws {
        #expect(try await !readelf("-d", "lowport-admin").contains("swift"))
    }
}
