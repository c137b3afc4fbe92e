// SPDX-License-Identifier: Apache-2.0
import LowportLinux

@testable import LowportCapabilities
@testable import LowportPrograms

extension Property {
    /// What says which programs keep which capabilities, and what package managers answer about their files.
    static let programs = [
        Property(name: "programs", check: checkPrograms),
        Property(name: "package-answer", check: checkPackageAnswer),
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
