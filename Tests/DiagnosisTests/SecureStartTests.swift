// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLaunch
import LowportLinux
import Testing

@testable import LowportDiagnosis

/// What the dynamic loader does not find in secure-execution mode. That real loaders agree is a test with privileges.
@Suite struct SecureStartTests {
    /// The text of a loader: all that counts is which directories are in it.
    private static let loader: ByteString = "text\0/no/\0/libs/of/loader/\0/lib\0"

    /// A directory with a loader, and files by their names below it; calls `body` with the path of the directory.
    private func withFiles(_ files: [String: ElfFile], _ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appending(path: "lowport-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data(Self.loader.bytes).write(to: directory.appending(path: "loader"))
        for (name, file) in files {
            var file = file
            let path = directory.appending(path: name)
            let parent = path.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            func placed(_ text: ByteString?) -> ByteString? {
                text.map { ByteString($0.description.replacing("HERE", with: directory.path)) }
            }
            (file.interpreter, file.path, file.runPath) = (
                placed(file.interpreter), placed(file.path), placed(file.runPath)
            )
            try Data(file.bytes).write(to: path)
        }
        try body(directory.path)
    }

    private func program(_ needed: ByteString..., path: ByteString? = nil, runPath: ByteString? = nil) -> ElfFile {
        ElfFile(interpreter: "HERE/loader", needed: needed, path: path, runPath: runPath)
    }

    private func missing(_ files: [String: ElfFile]) throws -> [ByteString] {
        var result: [ByteString] = []
        try withFiles(files) { result = SecureStart.missingLibraries(ofProgramAt: ByteString("\($0)/bin/p")) }
        return result
    }

    @Test(arguments: ["$ORIGIN/../lib", "${ORIGIN}/../lib", "$ORIGIN/../lib:/no", "/no:$ORIGIN/../lib", "/$ORIGIN/lib"])
    func originOfTheProgramDoesNotCount(_ path: String) throws {
        let library = ElfFile(name: "libx-of-test.so")
        for isRunPath in [false, true] {
            let text = ByteString(path)
            let program = program(
                "libx-of-test.so",
                path: isRunPath ? nil : text,
                runPath: isRunPath ? text : nil
            )
            #expect(try missing(["bin/p": program, "lib/libx-of-test.so": library]) == ["libx-of-test.so"])
        }
    }

    @Test func whatIsFoundOtherwiseIsNotMissing() throws {
        let library = ElfFile(name: "libx-of-test.so")
        for path: ByteString in ["HERE/lib", "$ORIGIN/../lib:HERE/lib", "HERE/$LIB", "HERE/${LIB}/../lib"] {
            let program = program("libx-of-test.so", runPath: path)
            #expect(try missing(["bin/p": program, "lib/libx-of-test.so": library]) == [], "\(path)")
        }
        // A library of another machine or class is passed over.
        let program = program("libx-of-test.so", runPath: "HERE/lib")
        for library in [ElfFile(machine: 40), ElfFile(is64Bit: false)] {
            #expect(try missing(["bin/p": program, "lib/libx-of-test.so": library]) == ["libx-of-test.so"])
        }
    }

    @Test func librariesOfLibrariesAreFoundByTheirOwnPaths() throws {
        var first = ElfFile(needed: ["liby-of-test.so"], name: "libx-of-test.so")
        let second = ElfFile(name: "liby-of-test.so")
        func missing(_ program: ElfFile) throws -> [ByteString] {
            try self.missing(["bin/p": program, "a/libx-of-test.so": first, "b/liby-of-test.so": second])
        }
        let paths: ByteString = "HERE/a:HERE/b"
        #expect(try missing(program("libx-of-test.so", path: paths)) == [])
        // DT_RUNPATH counts only for what its own file needs.
        #expect(try missing(program("libx-of-test.so", runPath: paths)) == ["liby-of-test.so"])
        #expect(try missing(program("libx-of-test.so", "liby-of-test.so", runPath: paths)) == [])
        // $ORIGIN of a library counts, at the beginning.
        first.runPath = "$ORIGIN/../b"
        #expect(try missing(program("libx-of-test.so", runPath: "HERE/a")) == [])
        first.runPath = "/x/$ORIGIN/../b"
        #expect(try missing(program("libx-of-test.so", path: paths)) == ["liby-of-test.so"])
    }

    @Test func originBelowTheDirectoriesOfTheLoaderCounts() throws {
        let search = LibrarySearch(interpreter: "/lib64/no-such-loader")
        let object = try #require(DynamicObject(bytes: program().bytes))
        func expansions(_ text: ByteString, _ origin: ByteString) -> [ByteString] {
            search.expansions(of: text, from: .init(object: object, origin: origin, loader: nil))
        }
        #expect(expansions("$ORIGIN/../lib", "/usr/lib/jvm/bin") == ["/usr/lib/jvm/bin/../lib"])
        #expect(expansions("$ORIGIN", "/usr/lib") == ["/usr/lib"])
        for (text, origin): (ByteString, ByteString) in [
            ("$ORIGIN/../../../opt", "/usr/lib/jvm"), ("$ORIGIN", "/usr/library"), ("$ORIGINAL/x", "/usr/lib"),
            ("$ORIGIN/$ORIGIN", "/usr/lib"), ("$ORIGIN/../lib", "/opt/jvm/bin"),
        ] {
            #expect(expansions(text, origin) == [], "\(text)")
        }
    }

    /// Without privileges, all of it counts.
    @Test func whatTheEnvironmentSaysAboutLibrariesCountsForOtherPrograms() throws {
        let program = ElfFile(
            interpreter: "/lib64/ld-linux-x86-64.so.2",
            needed: ["libx-of-test.so"],
            path: "/x/$ORIGIN/no"
        )
        let files = ["bin/p": program, "lib/libx-of-test.so": ElfFile(name: "libx-of-test.so")]
        try withFiles(files) { directory in
            func missing(_ path: [ByteString], preloaded: [ByteString] = []) -> [ByteString] {
                SecureStart.libraries(
                    ofProgramAt: ByteString("\(directory)/bin/p"),
                    .plain(path: path, preloaded: preloaded)
                )
                .missing
            }
            let library = ByteString("\(directory)/lib")
            #expect(missing([]) == ["libx-of-test.so"])
            #expect(missing([library]) == [] && missing(["/no", "/$ORIGIN/../lib"]) == [])
            #expect(missing([], preloaded: ["\(library)/libx-of-test.so"]) == [])
        }
    }

    @Test func aMissingInterpreterIsNamed() throws {
        try withFiles(["bin/p": program("liba-of-test.so"), "bin/q": ElfFile(interpreter: "HERE/no/loader")]) { path in
            #expect(SecureStart.missingInterpreter(ofProgramAt: ByteString("\(path)/bin/p")) == nil)
            let loader = ByteString("\(path)/no/loader")
            #expect(SecureStart.missingInterpreter(ofProgramAt: ByteString("\(path)/bin/q")) == loader)
            #expect(SecureStart.missingLibraries(ofProgramAt: ByteString("\(path)/bin/q")) == [])
        }
        #expect(SecureStart.missingInterpreter(ofProgramAt: "/no/such/program") == nil)
        #expect(SecureStart.missingInterpreter(ofProgramAt: "/bin/sh") == nil)
    }

    @Test(arguments: [
        "/bin/sh", "/usr/bin/env", "/usr/bin/stat", "/no/such/program", "/etc/passwd", "/etc", "/dev/zero",
    ])
    func ordinaryProgramsMissNothing(_ path: String) {
        #expect(SecureStart.missingLibraries(ofProgramAt: ByteString(path)) == [])
    }

    @Test func objectsOfBothClassesAreRead() throws {
        for is64Bit in [false, true] {
            var file = ElfFile(
                interpreter: "/lib/ld.so",
                needed: ["a", "b"],
                name: "n",
                path: "/p:/q",
                is64Bit: is64Bit
            )
            var object = try #require(DynamicObject(bytes: file.bytes))
            #expect(object.interpreter == "/lib/ld.so" && object.needed == ["a", "b"] && object.name == "n")
            #expect(object.path == ["/p", "/q"] && object.runPath == nil && object.format.is64Bit == is64Bit)
            file.runPath = "/r:"
            object = try #require(DynamicObject(bytes: file.bytes))
            #expect(object.path == [] && object.runPath == ["/r", ""])
        }
    }
}
