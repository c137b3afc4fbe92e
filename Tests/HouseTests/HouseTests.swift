// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What CONTRIBUTING.md says of the house holds for its sources.
@Suite struct HouseTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let sources = root.appending(path: "Sources")

    /// The rooms from below; each may import those before it.
    private static let rooms = [
        "LowportCLinux", "LowportCTLS", "LowportLinux", "LowportTLS", "LowportNetcat", "LowportCapabilities",
        "LowportPolicy", "LowportHelperProtocol", "LowportPolicyInventory",
        "LowportPolicyEditing", "LowportPrograms", "LowportLaunch", "LowportBroker", "LowportRunCommand",
        "LowportKernelPolicy",
        "LowportDiagnosis",
        "LowportSockets",
        "LowportFoundation",
    ]

    private struct Source {
        let path: String
        let text: String
        var room: String { String(path.split(separator: "/")[0]) }
    }

    /// The Swift files below Sources, without what links lead to.
    private static func files() throws -> [Source] {
        let manager = FileManager.default
        let paths = try #require(manager.enumerator(atPath: sources.path)).compactMap { $0 as? String }
        return try paths.filter { $0.hasSuffix(".swift") && !$0.hasPrefix("Embedded/") }.map { path in
            Source(path: path, text: try String(contentsOf: sources.appending(path: path), encoding: .utf8))
        }
    }

    @Test func `each source begins with its licence`() throws {
        for file in try Self.files() {
            #expect(file.text.hasPrefix("// SPDX-License-Identifier: Apache-2.0\n"), "\(file.path)")
        }
    }

    @Test func `a room has one link, for the ring of embedded programs`() throws {
        let manager = FileManager.default
        let paths = try #require(manager.enumerator(atPath: Self.sources.path)).compactMap { $0 as? String }
        let links = paths.filter {
            (try? manager.destinationOfSymbolicLink(atPath: Self.sources.path + "/" + $0)) != nil
        }
        #expect(links.count == 9)
        for link in links {
            let room = try #require(link.split(separator: "/").last)
            let target = try manager.destinationOfSymbolicLink(atPath: Self.sources.path + "/" + link)
            #expect(link == "Embedded/\(room)" && target == "../\(room)")
            #expect(Self.rooms.contains(String(room)))
        }
    }

    @Test func `no condition stands around the import of a room`() throws {
        var conditions = 0
        for file in try Self.files() {
            let lines = file.text.split(separator: "\n").map { $0.drop { $0 == " " } }
            for (line, next) in zip(lines, lines.dropFirst()) where line.contains("hasFeature(Embedded)") {
                conditions += 1
                let name = next.contains("import ") ? next.split(separator: " ").last.map(String.init) : nil
                #expect(!Self.rooms.contains(name ?? ""), "\(file.path)")
            }
        }
        #expect(conditions <= 10)
    }

    @Test func `no room imports upward`() throws {
        for file in try Self.files() {
            guard let place = Self.rooms.firstIndex(of: file.room) else { continue }
            for line in file.text.split(separator: "\n") where line.contains("import ") && !line.hasPrefix("//") {
                guard let name = line.split(separator: " ").last, let other = Self.rooms.firstIndex(of: String(name))
                else {
                    continue
                }
                #expect(other < place, "\(file.path): \(line)")
            }
        }
    }

    /// What of `text` matches the regular expression `pattern` of ICU, which is faster than that of Swift without optimization.
    private static func match(_ text: String, _ pattern: String) -> Substring? {
        text.range(of: pattern, options: .regularExpression).map { text[$0] }
    }

    /// The files below Sources with `text` in a line of code.
    private static func files(with text: String) throws -> [String] {
        try files().filter { file in
            file.text.range(of: text) != nil
                && file.text.split(separator: "\n").contains { line in
                    !line.drop { $0 == " " }.hasPrefix("//") && line.contains(text)
                }
        }.map(\.path)
    }

    @Test func `the first port for everybody is read in one place`() throws {
        let path = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
        #expect(try Self.files(with: path) == ["LowportLinux/Network/PortThreshold.swift"])
    }

    @Test func `the scope of Yama is read in one place`() throws {
        #expect(try Self.files(with: "yama/ptrace_scope") == ["LowportLinux/Processes/Yama.swift"])
    }

    @Test func `the places of the installed parts stand in one file`() throws {
        #expect(try Self.files(with: "/usr/libexec").isEmpty)
        let linked = Self.sources.appending(path: "LowportBind/bind.c")
        #expect(try !String(contentsOf: linked, encoding: .utf8).contains("/usr/"))
    }

    @Test func `the version of the programs stands in one place`() throws {
        let header = Self.sources.appending(path: "LowportCLinux/include/clinux_version.h")
        let text = try String(contentsOf: header, encoding: .utf8)
        let version = try #require(text.firstMatch(of: /CLINUX_VERSION "([0-9.]+)"/)).1
        #expect(try Self.files(with: String(version)) == [])
    }

    @Test func `numbers are read in one place`() throws {
        let patterns = [
            #"ascii: "[9f]"\)"#, #"0x3[0-9]\.\.\.0x3[0-9]"#, #"- (0x30|0x57|0x37)\b"#, "<= 0x39", "radix:",
            #"\bU?Int(8|16|32|64)?\([a-z]+(\[[0-9]\])?\.description"#,
        ]
        // The library that is injected has no room of ours to read with, and reads with strtol(3).
        for file in try Self.files() where file.path != "LowportLinux/Core/Digits.swift" {
            let found = Self.match(file.text, patterns.joined(separator: "|"))
            #expect(found == nil, "\(file.path)")
        }
    }

    /// A set of capabilities has one type, and what names one of them has one.
    @Test func `capabilities are no bare numbers`() throws {
        #expect(try Self.files(with: "struct CapabilitySet").count == 1)
        for file in try Self.files() where !file.path.hasPrefix("LowportLinux/Processes/Capability") {
            let types = "struct Capability(Masks)?:|(effective|permitted|inheritable|ambient|bounding): U?Int"
            let found = Self.match(file.text, types + #"|clinux_prctl\((PR_CAP|[0-9])"#)
            #expect(found == nil, "\(file.path)")
        }
    }

    @Test func `an error has the name that the table gives it`() throws {
        for file in try Self.files() {
            #expect(Self.match(file.text, #"Errno\(rawValue: *-?[0-9]"#) == nil, "\(file.path)")
        }
    }

    @Test func `an address becomes the one that system calls take in one place`() throws {
        #expect(try Self.files(with: "to: sockaddr.self") == ["LowportLinux/Network/SocketAddress.swift"])
    }

    @Test func `what proc says of a process is read in one place`() throws {
        for file in try Self.files() where !file.path.hasPrefix("LowportLinux/Notifications/") {
            #expect(Self.match(file.text, #""(Uid|Gid|Cap[A-Z][a-z]+):"#) == nil, "\(file.path)")
        }
        #expect(try Self.files(with: "\"/proc/self/uid_map\"") == ["LowportLinux/Processes/Namespaces.swift"])
    }

    /// getaddrinfo(3) says by its value that there is an error to be read, and the library that is injected has no rooms.
    @Test func `errno is read where system calls are made`() throws {
        let files = try Self.files(with: "clinux_errno()").filter { !$0.hasPrefix("lowport-preload/") }
        #expect(Set(files) == ["LowportLinux/Core/SystemCall.swift", "LowportLinux/Network/NameLookup.swift"])
    }

    /// A protocol is what `TransportProtocol` says; who asks for one of two takes every other for the second.
    @Test func `no protocol is taken for another`() throws {
        for file in try Self.files() where file.path != "LowportLinux/Network/TransportProtocol.swift" {
            for line in file.text.split(separator: "\n") {
                #expect(!line.contains("== .udp ?") && !line.contains("== .tcp ?"), "\(file.path): \(line)")
                #expect(!line.contains("case .udp:") && !line.contains("case .tcp:"), "\(file.path): \(line)")
            }
        }
    }

    /// A source of permission is a case of `PolicySource`, with files of its own. Whoever goes over the policy goes over the
    /// cases, and names none: so a new one is in the policy everywhere, and the compiler asks for it where it has to be known.
    @Test func `a source of permission is named where it is at home`() throws {
        let switches = [
            "LowportPolicy/Policy/PolicySource.swift", "LowportPolicyInventory/Sources/PolicySource+Inventory.swift",
        ]
        let files = try Self.files()
        let texts = switches.compactMap { path in files.first { $0.path == path }?.text }
        try #require(texts.count == switches.count)
        for text in texts { #expect(!text.contains("default:")) }
        let cases = texts[0].split(separator: "\n").filter { $0.hasPrefix("    case ") }.map { $0.dropFirst(9) }
        #expect(cases.contains("rules") && cases.contains("authbind"))
        for file in files where !switches.contains(file.path) {
            // In files of its own, which have its name, a source knows itself.
            func isOwn(_ name: String) -> Bool {
                let isInRoom = ["LowportPolicy", "LowportPolicyInventory"].contains(file.room)
                return isInRoom && file.path.lowercased().contains(name.lowercased())
            }
            for name in cases where !isOwn(String(name)) {
                for line in Self.code(of: file) {
                    let use = "((?<![\\w\\\\)\\]\\?\"*])|PolicySource)\\.\(name)\\b"
                    #expect(line.range(of: use, options: .regularExpression) == nil, "\(file.path): \(line)")
                }
            }
            if isOwn("authbind") { continue }
            for line in Self.code(of: file) {
                let type = "\\b(Authbind|Byuid)[A-Z]\\w*"
                #expect(line.range(of: type, options: .regularExpression) == nil, "\(file.path): \(line)")
            }
        }
    }

    /// The lines of a file without those that only say something.
    private static func code(of file: Source) -> [Substring] {
        file.text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
    }
}
