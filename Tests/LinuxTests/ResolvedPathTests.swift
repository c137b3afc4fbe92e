// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import Testing

/// Paths that are resolved by hand, and what openat2(2) says of the same.
@Suite struct ResolvedPathTests {
    /// A tree of directories, files, links and a FIFO, and how it is gone.
    private final class Tree {
        let root: ByteString

        init() throws {
            let url = FileManager.default.temporaryDirectory.appending(path: "lowport-paths-\(UUID().uuidString)")
            let files = FileManager.default
            try files.createDirectory(at: url.appending(path: "a/b/c"), withIntermediateDirectories: true)
            // Where temporary files lie may be behind a link itself.
            root = ByteString(url.resolvingSymlinksInPath().path)
            for name in ["a/f", "a/b/g", "h"] { #expect(files.createFile(atPath: "\(root)/\(name)", contents: nil)) }
            for (name, target) in [
                ("l", "a"), ("m", "a/f"), ("n", "l/b"), ("o", "nowhere"), ("p", "p"), ("a/up", ".."),
                ("q", "\(root)/a/"),
                ("a/b/r", "../../a/f/"), ("s", "/"), ("t", "/proc/self/fd/0"),
            ] { try files.createSymbolicLink(atPath: "\(root)/\(name)", withDestinationPath: target) }
        }

        deinit { try? FileManager.default.removeItem(atPath: root.description) }

        /// Paths of up to five components from the names of the tree, some with too many slashes.
        func paths(_ count: Int) -> [ByteString] {
            var random = Numbers(state: 7)
            let names: [ByteString] = [
                "a", "b", "c", "f", "g", "h", "l", "m", "n", "o", "p", "q", "r", "s", "t", "up", ".", "..", "", "no",
                ByteString([0xFF]), ByteString(Array(repeating: 0x78, count: 300)),
            ]
            return (0..<count).map { _ in
                var path = root
                for _ in 0...random.next() % 5 { path += "/" + names[Int(random.next() % UInt64(names.count))] }
                return random.next() % 4 == 0 ? path + "/" : path
            } + ["", "/", "//", "/..", "/.", "/../etc/.", ByteString(Array(repeating: 0x2F, count: 4096))]
        }
    }

    private struct Numbers {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }

    /// The inode that was come to, or the error.
    private enum Answer: Equatable {
        case file(UInt64)
        case error(Errno)

        init(_ body: () throws(Errno) -> FileStatus) {
            do throws(Errno) { self = .file(try body().inode) } catch { self = .error(error) }
        }

        static func resolving(_ path: ByteString, followLinks: Bool) -> Answer {
            Answer { () throws(Errno) in
                do throws(PathError) { return try ResolvedPath(path, followLinks: followLinks).status } catch {
                    throw error.error
                }
            }
        }
    }

    @Test("A path comes to what the kernel comes to") func comesToWhatTheKernelComesTo() throws {
        let tree = try Tree()
        var found = 0
        for path in tree.paths(20_000) {
            let kernel = Answer { () throws(Errno) in
                try FileDescriptor.openWithoutLinks(path, .pathOnly, in: InheritedDescriptor.workingDirectory).status()
            }
            let walked = FaultPlan.$current.withValue(FaultPlan(failing: .openWithoutLinks, with: .noSystemCall)) {
                Answer.resolving(path, followLinks: false)
            }
            #expect(walked == kernel, "\(path)")
            #expect(Answer.resolving(path, followLinks: false) == kernel, "\(path)")
            if case .file = kernel { found += 1 }
        }
        #expect(found > 1000)
    }

    @Test("Links are followed that the kernel follows") func followsWhatTheKernelFollows() throws {
        let tree = try Tree()
        var found = 0
        for path in tree.paths(20_000) {
            // What the link into proc(5) leads to is for the kernel alone to know.
            if path.description.contains("/t/") || path.hasSuffix("/t") { continue }
            let kernel = Answer { () throws(Errno) in try FileDescriptor.open(path, .pathOnly).status() }
            #expect(Answer.resolving(path, followLinks: true) == kernel, "\(path)")
            if case .file = kernel { found += 1 }
        }
        #expect(found > 1000)
    }

    @Test("A failure says which component is a link") func saysWhichComponentIsALink() throws {
        let tree = try Tree()
        for (path, link, target) in [("l/f", "l", "a"), ("a/b/../up/h", "a/up", ".."), ("a/../m", "m", "a/f")]
            as [(ByteString, ByteString, ByteString)]
        {
            let expected = PathError(path: "\(tree.root)/\(link)", error: .symbolicLinkLoop, target: target)
            #expect(throws: expected) { try resolve("\(tree.root)/\(path)") }
            FaultPlan.$current.withValue(FaultPlan(failing: .openWithoutLinks, with: .notPermitted)) {
                #expect(throws: expected) { try resolve("\(tree.root)/\(path)") }
            }
        }
    }

    private func resolve(_ path: ByteString) throws(PathError) -> ByteString { try ResolvedPath(path).path }

    @Test("Every directory and every link on the way is told of") func tellsOfEveryDirectoryAndOfEveryLink() throws {
        let tree = try Tree()
        let resolved = try ResolvedPath("\(tree.root)/n/g", followLinks: true)
        #expect(resolved.path == "\(tree.root)/a/b/g")
        #expect(resolved.links == ["\(tree.root)/n", "\(tree.root)/l"])
        #expect(resolved.directories.first?.path == "/")
        #expect(resolved.directories.suffix(2).map(\.path) == ["\(tree.root)/a", "\(tree.root)/a/b"])
        #expect(resolved.directories.contains { $0.path == tree.root })
        let directory = try ResolvedPath("\(tree.root)/a/b/..")
        #expect(directory.path == "\(tree.root)/a")
        #expect(directory.directories.suffix(2).map(\.path) == [tree.root, "\(tree.root)/a/b"])
    }

    /// A link of proc(5) leads to a file whatever its text says, so that it is followed by nobody who has to say where to.
    @Test("No link of proc(5) is taken for its text") func takesNoLinkOfProcForItsText() throws {
        #expect(Answer.resolving("/proc/self/exe", followLinks: true) == .error(.symbolicLinkLoop))
        #expect(Answer.resolving("/proc/self/exe", followLinks: false) == .error(.symbolicLinkLoop))
    }

    /// What others may change, who may it be.
    @Test("What others may change is found") func findsWhatOthersMayChange() throws {
        let tree = try Tree()
        let me = CurrentProcess.effectiveUser
        func weakness(_ path: ByteString, sticky: Bool = true) throws -> ByteString? {
            let resolved = try ResolvedPath("\(tree.root)/\(path)")
            let weak =
                resolved.weakFile(trusting: [me, .root])
                ?? resolved.weakDirectory(trusting: [me, .root], allowsSticky: sticky)
            return weak?.byteString
        }
        func setMode(_ path: ByteString, _ mode: UInt32) throws {
            try FileDescriptor.open("\(tree.root)/\(path)", .readOnly).setMode(FileMode(rawValue: mode))
        }
        for path in [".", "a", "a/b"] as [ByteString] { try setMode(path, 0o755) }
        try setMode("a/b/g", 0o644)
        #expect(try weakness("a/b/g") == nil)
        try setMode("a/b/g", 0o664)
        #expect(try weakness("a/b/g") == "\(tree.root)/a/b/g has mode 0664, so that others may write to it")
        try setMode("a/b/g", 0o644)
        try setMode("a", 0o777)
        #expect(try weakness("a/b/g") == "\(tree.root)/a has mode 0777, so that others may write to it")
        try setMode("a", 0o1777)
        #expect(try weakness("a/b/g") == nil)
        #expect(try weakness("a/b/g", sticky: false) != nil)
        let other = try ResolvedPath("\(tree.root)/a/f").weakFile(trusting: [UserID(rawValue: 4_000_000)])
        #expect(other?.byteString == "\(tree.root)/a/f belongs to uid \(me)")
    }

    /// A name that is not that of the file any more opens nothing else.
    @Test("The very file that was found is opened") func opensTheVeryFile() throws {
        let tree = try Tree()
        let resolved = try ResolvedPath("\(tree.root)/a/f")
        try FileManager.default.removeItem(atPath: "\(tree.root)/a/f")
        try FileManager.default.createSymbolicLink(atPath: "\(tree.root)/a/f", withDestinationPath: "/etc/passwd")
        #expect(try resolved.open(.readOnly).status().inode == resolved.status.inode)
    }
}
