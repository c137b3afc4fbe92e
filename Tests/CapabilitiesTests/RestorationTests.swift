// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import Testing

@testable import LowportCapabilities

/// The giving back of saved capabilities where something comes in between.
@Suite(.enabled(if: CurrentProcess.effectiveUser == .root, "needs root")) struct RestorationTests {
    /// Files `a`, `b` and `c` in a new directory, with what each shall get back, and the file that says so.
    private final class Files {
        let directory: ByteString
        let names: [ByteString]
        static let saved = FileCapabilities(permitted: [.netRaw], isEffective: true)

        init() throws {
            let url = FileManager.default.temporaryDirectory.appending(path: "lowport-restore-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            let directory = ByteString(url.path)
            self.directory = directory
            names = ["a", "b", "c"].map { (name: ByteString) in "\(directory)/\(name)" }
            for name in names {
                try ByteString("content\n").replaceFile(name)
                // A process that another test starts at this moment has the descriptor for writing, until it executes its program.
                while try FileDescriptor.open(name, .readOnly).hasWriter() { pause(for: Milliseconds(rawValue: 1)) }
            }
            let entries = try names.map {
                SavedCapabilities(path: $0, capabilities: Self.saved, fingerprint: try FileFingerprint(ofFile: $0))
            }
            try SavedCapabilities.text(of: entries).replaceFile(list)
        }

        deinit { try? FileManager.default.removeItem(atPath: directory.description) }

        var list: ByteString { "\(directory)/saved" }

        func prepare() throws -> CapabilityRestoration {
            try CapabilityRestoration(savedIn: list, acceptsChanged: false)
        }

        func found() throws -> [FileCapabilities?] { try names.map { try FileCapabilities(ofFile: $0) } }
    }

    @Test("All files are restored") func restoresAll() throws {
        let files = try Files()
        try files.prepare().apply()
        #expect(try files.found() == [Files.saved, Files.saved, Files.saved])
    }

    /// The kernel refuses the third file: the first gets back what it had, the second loses what it got.
    @Test("What was done is undone if one fails") func undoesWhatWasDone() throws {
        let files = try Files()
        let before = FileCapabilities(inheritable: [.kill], rootUser: UserID(rawValue: 7))
        try before.write(to: files.names[0])
        let restoration = try files.prepare()
        #expect(throws: SavedFileError.interrupted(files.names[2], .noSpace, notUndone: [])) {
            try FaultPlan.$current.withValue(FaultPlan(failing: .setAttribute, with: .noSpace, after: 2, times: 1)) {
                try restoration.apply()
            }
        }
        #expect(try files.found() == [before, nil, nil])
    }

    @Test("What cannot be undone is named") func namesWhatCannotBeUndone() throws {
        let files = try Files()
        try FileCapabilities(inheritable: [.kill]).write(to: files.names[0])
        let restoration = try files.prepare()
        #expect(throws: SavedFileError.interrupted(files.names[2], .noSpace, notUndone: [files.names[0]])) {
            try FaultPlan.$current.withValue(FaultPlan(failing: .setAttribute, with: .noSpace, after: 2)) {
                try restoration.apply()
            }
        }
        #expect(try files.found() == [Files.saved, nil, nil])
    }

    /// What is written to a file, or put in its place, after it was looked at.
    @Test("What changes in the meantime is refused", arguments: [true, false]) func refusesWhatChangesInTheMeantime(
        inPlace: Bool
    ) throws {
        let files = try Files()
        let restoration = try files.prepare()
        if inPlace {
            let file = try FileDescriptor.open(files.names[1], [.writeOnly, .append])
            try file.write("more")
        } else {
            try ByteString("content\n").replaceFile(files.names[1])
        }
        #expect(throws: SavedFileError.interrupted(files.names[1], .staleFile, notUndone: [])) {
            try restoration.apply()
        }
        #expect(try files.found() == [nil, nil, nil])
    }

    /// A file that was saved under two of its names.
    @Test("Files with several names are restored") func restoresFilesWithSeveralNames() throws {
        let files = try Files()
        let (first, second) = (files.names[0].description, files.names[1].description)
        try FileManager.default.removeItem(atPath: second)
        try FileManager.default.linkItem(atPath: first, toPath: second)
        try files.prepare().apply()
        #expect(try files.found() == [Files.saved, Files.saved, Files.saved])
    }
}
