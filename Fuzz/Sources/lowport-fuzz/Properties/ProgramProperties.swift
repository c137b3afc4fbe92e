// SPDX-License-Identifier: Apache-2.0
import LowportLinux

@testable import LowportCapabilities
@testable import LowportKernelPolicy
@testable import LowportPrograms

extension Property {
    /// What says which programs keep which capabilities, and what package managers answer about their files.
    static let programs = [
        Property(name: "programs", check: checkPrograms),
        Property(name: "package-answer", check: checkPackageAnswer),
        Property(name: "journal", check: checkJournal),
    ]

    private static func checkPrograms(_ bytes: [UInt8]) throws {
        let kernel = KernelCapabilities(count: 41)
        let file = ProgramsFile(path: "programs", content: bytes, kernel: kernel)
        try require(file.errors.isEmpty || file.programs.isEmpty, "a file with an error gives something")
        for line in file.lines {
            switch line.content {
            case .blank: break
            case .program(let program):
                let again = ProgramsFile(path: "programs", content: program.byteString.bytes, kernel: kernel)
                try require(
                    again.lines.map(\.content) == [.program(program)],
                    "\(program.byteString) means something else"
                )
                try require(program.path.hasPrefix("/"), "a path that is not absolute")
                let state = program.capabilities
                try require(FileCapabilities(state)?.state == state, "no file can have \(state)")
                try require(!state.permitted.union(state.inheritable).isEmpty, "a line for nothing")
                if case .content(let digest) = program.origin {
                    try require(digest.count == 32, "\(digest.count) bytes")
                }
            case .invalid(let error):
                let isInside = error.line == line.number && (1...line.text.count + 1).contains(error.column)
                try require(isInside, "the error is at \(error.line):\(error.column)")
                let message = error.message.shown.bytes
                try require(!message.contains { $0 < 0x20 || $0 == 0x7F }, "a message with control characters")
            }
        }
    }

    private static func checkJournal(_ bytes: [UInt8]) throws {
        func read(_ parts: [[UInt8]]) -> [JournalExport.Entry]? {
            var reader = JournalExport()
            return try? parts.flatMap { part throws(JournalExport.Damage) in try reader.add(part) }
        }
        let whole = read([bytes])
        let third = bytes.count / 3
        let inParts = read([Array(bytes.prefix(third)), Array(bytes.dropFirst(third))])
        try require(inParts == whole, "parts of the text are read otherwise")
        for entry in whole ?? [] {
            // A name that was read has no line feed, and a value has one only with its length before it.
            var written = JournalEntry()
            for field in entry.fields { written.add(field.name, field.value) }
            let again = read([written.bytes + [UInt8(ascii: "\n")]])
            let isNamed = entry.fields.allSatisfy { !$0.name.isEmpty && !$0.name.bytes.contains(UInt8(ascii: "=")) }
            if isNamed { try require(again == [entry], "an entry means something else") }
        }
        for text in ByteString(bytes).split(on: 0x0A) {
            guard let line = HelperLogLine(text) else { continue }
            let colon: ByteString = line.event == .refused && text.split(on: 0x20)[8].hasSuffix(":") ? ":" : ""
            let rest: ByteString = text.split(on: 0x20).count > 9 ? " \(line.grounds)" : ""
            let process = ByteString(decimal: line.process)
            let who: ByteString = "uid \(line.user) (program \"\(line.program)\", pid \(process))"
            let again: ByteString = "\(text.split(on: 0x20)[0]) \(who) \(line.transport) \(line.place)\(colon)\(rest)"
            try require(again == text, "\(text) is \(again)")
        }
    }

    private static func contains(_ text: ByteString, _ part: ByteString) -> Bool {
        (0..<text.count).contains { text.bytes[$0...].starts(with: part.bytes) }
    }

    private static func checkPackageAnswer(_ bytes: [UInt8]) throws {
        let path: ByteString = "/usr/bin/node"
        let answer = ByteString(bytes)
        let lines = answer.split(on: 0x0A)
        for name in PackageAnswer.packages(containing: path, in: answer) {
            let isThere = lines.contains { $0.hasSuffix(": \(path)") && contains($0, name) }
            try require(isThere, "no line for \(name)")
            try require(
                !name.hasPrefix("-") && !name.bytes.contains { $0 <= 0x20 || $0 >= 0x7F },
                "the package \(name)"
            )
        }
        for (digests, blanks) in [
            (PackageAnswer.digests(of: path, inSums: answer), "  usr/bin/node" as ByteString),
            (PackageAnswer.digests(of: path, inFiles: answer), " /usr/bin/node"),
        ] {
            for digest in digests {
                let digits: ByteString =
                    switch digest {
                    case .md5(let bytes): ByteString(hexadecimal: bytes)
                    case .sha256(let bytes): ByteString(hexadecimal: bytes)
                    }
                try require(digits.count == 32 || digits.count == 64, "\(digits.count) digits")
                try require(lines.contains(digits + blanks), "no line for \(digits)")
            }
        }
    }
}
