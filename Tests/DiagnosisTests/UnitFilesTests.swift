// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportCapabilities
import LowportLaunch
import LowportLinux
import Testing

@testable import LowportDiagnosis

/// The files of units in directories of their own: systemd.unit(5).
@Suite struct UnitFilesTests: ~Copyable {
    private let root: String
    private let directories: [ByteString]

    init() throws {
        root = "\(FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path)/units-\(UUID().uuidString)"
        directories = ["\(root)/etc", "\(root)/usr"].map { ByteString($0) }
        for name in ["etc", "usr", "srv"] { try make(name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    private func make(_ directory: String) throws {
        try FileManager.default.createDirectory(atPath: "\(root)/\(directory)", withIntermediateDirectories: true)
    }

    private func write(_ path: String, _ text: String = "[Service]") throws {
        try make((path as NSString).deletingLastPathComponent)
        try text.write(toFile: "\(root)/\(path)", atomically: false, encoding: .utf8)
    }

    private func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(root)/\(path)", withDestinationPath: target)
    }

    private func files(_ name: ByteString) throws -> UnitFiles {
        try UnitFiles(#require(UnitName(name)), in: directories)
    }

    @Test func `a linked file outside of the directories keeps the name of the link`() throws {
        try write("srv/web-v2.service")
        try link("etc/web.service", to: "\(root)/srv/web-v2.service")
        #expect(try files("web").name.text == "web.service" && files("web").names.count == 1)
        try link("etc/alias.service", to: "web.service")
        #expect(try files("alias").name.text == "web.service")
    }

    @Test func `drop-ins of all names of the unit count`() throws {
        try write("usr/web.service")
        try link("usr/www.service", to: "\(root)/usr/web.service")
        try link("etc/http.service", to: "../usr/www.service")
        // A file of its own in the directory that precedes.
        try write("etc/other.service")
        try link("usr/other.service", to: "web.service")
        try write("etc/www.service.d/a.conf")
        try write("usr/http.service.d/b.conf")
        try write("etc/other.service.d/c.conf")
        let found = try files("http")
        #expect(found.name.text == "web.service")
        #expect(found.names.map(\.text) == ["web.service", "http.service", "www.service"])
        #expect(
            found.dropIns
                == ["\(root)/etc/www.service.d/a.conf", "\(root)/usr/http.service.d/b.conf"].map { ByteString($0) }
        )
        #expect(try files("web").dropIns == found.dropIns)
    }

    @Test func `instances have the aliases of their template`() throws {
        try write("usr/web@.service")
        try link("etc/www@.service", to: "\(root)/usr/web@.service")
        try write("etc/www@x.service.d/a.conf")
        #expect(try files("web@x").dropIns == [ByteString("\(root)/etc/www@x.service.d/a.conf")])
        #expect(try files("web@y").dropIns.isEmpty)
    }

    @Test func `a directory that cannot be read is an error`() throws {
        try write("usr/web.service")
        try link("etc/web.service.d", to: "web.service.d")
        #expect(throws: UnitFiles.SearchError.unreadable(ByteString("\(root)/etc/web.service.d"), .symbolicLinkLoop)) {
            _ = try files("web")
        }
    }

    @Test func `a socket unit is started by what links to it`() throws {
        try write("usr/web.socket")
        #expect(try !files("web.socket").isWanted(in: directories))
        try make("etc/sockets.target.wants")
        try link("etc/sockets.target.wants/web.socket", to: "/gone/web.socket")
        #expect(try files("web.socket").isWanted(in: directories))
    }

    @Test func `paths are compared without their links`() throws {
        try write("srv/real/site")
        try link("srv/link", to: "real/site")
        try link("srv/way", to: "real")
        func unit(_ line: String) throws -> ServiceUnit {
            var settings = UnitSettings(section: "Service")
            try settings.add(Array("[Service]\n\(line)".utf8), from: "f")
            let name = try #require(UnitName("site"))
            return ServiceUnit(name: name, settings: settings, manager: SystemdBuild("systemd 255"))
        }
        let program = ByteString("\(root)/srv/real/site")
        #expect(try unit("InaccessiblePaths=\(root)/srv/link").refusal(toSee: program) != nil)
        #expect(try unit("NoExecPaths=\(root)/srv/way").refusal(toExecute: program) != nil)
        #expect(try unit("InaccessiblePaths=\(root)/srv/gone").refusal(toSee: program) == nil)
        // The link itself is hidden, and not what it leads to.
        try link("etc/site", to: "\(program)")
        let hidden = try unit("InaccessiblePaths=\(root)/etc")
        #expect(hidden.refusal(toSee: program) == nil && hidden.refusal(toSee: ByteString("\(root)/etc/site")) != nil)
    }

    @Test func `the loader and the libraries are refused with their directories`() throws {
        let shell = try #require((try? ResolvedPath("/bin/sh", followLinks: true))?.path)
        let libraries = ProgramLibraries(of: [shell])
        #expect(libraries.isComplete && libraries.found.count > 1)
        var settings = UnitSettings(section: "Service")
        try settings.add(Array("[Service]\nExecStart=/bin/sh\nNoExecPaths=/\nExecPaths=/bin/sh".utf8), from: "f")
        let name = try #require(UnitName("site"))
        let unit = ServiceUnit(name: name, settings: settings, manager: SystemdBuild("systemd 255"))
        var context = try Context().context(program: ProgramFile(path: shell, image: .unknown))
        context.unit = unit
        let examiner = UnitExaminer(lookingAt: context)
        let obstacles = examiner.obstacles(context, unit)
        let loader = try #require(libraries.found.first)
        #expect(obstacles.first?.text == "f:3: NoExecPaths=/ keeps it from executing \(loader)")
        let lifts = obstacles.compactMap(\.lift)
        #expect(lifts.count == obstacles.count && lifts.allSatisfy { $0.hasPrefix("ExecPaths=/") })
        #expect(examiner.obstacles(context, unit.adding(["[Service]"] + lifts)).isEmpty)
        var incomplete = examiner
        incomplete.libraries.isComplete = false
        #expect(incomplete.obstacles(context, unit).allSatisfy { $0.lift == nil })
        #expect(!incomplete.unknownFiles(unit, context).isEmpty)
    }
}

private struct Context: ExplanationSuite {}
