// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The text of Sources/LowportLinux, so that a table of tests can be held against all that is there.
enum SourceScan {
    /// A line of code, and where it is.
    struct Line {
        /// The name of the file without its ending.
        let file: String
        /// The function, initializer or computed property that it is in.
        let function: String
        let text: Substring
    }

    /// All lines of code.
    static func lines() throws -> [Line] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/LowportLinux")
        let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        let modifiers = /(?:@\w+(?:\(\w+\))? +|public |package |private |fileprivate |static |mutating |consuming )*/
        var lines: [Line] = []
        for path in paths.sorted() where path.hasSuffix(".swift") {
            let file = URL(filePath: path).deletingPathExtension().lastPathComponent
            var function = ""
            let content = try String(contentsOf: root.appending(path: path), encoding: .utf8)
            for line in content.split(separator: "\n") {
                let code = line.drop { $0 == " " }
                if code.hasPrefix("//") { continue }
                let rest = code.dropFirst(code.prefixMatch(of: modifiers)?.0.count ?? 0)
                if let name = rest.prefixMatch(of: /func ([A-Za-z0-9]+)/)?.1 { function = String(name) }
                if let name = rest.prefixMatch(of: /var ([A-Za-z0-9]+): [^=]*\{/)?.1 { function = String(name) }
                if rest.prefixMatch(of: /init[?(<]/) != nil { function = "init" }
                lines.append(Line(file: file, function: function, text: code))
            }
        }
        return lines
    }

    /// The wrappers: `File.function.call` for each call that is made through `valueOrErrno`.
    static func wrappers() throws -> Set<String> {
        Set(
            try lines().filter { $0.file != "SystemCall" }.compactMap { line in
                line.text.firstMatch(of: /(?:valueOrErrno|nothingOrErrno)\(\.(\w+)/).map {
                    "\(line.file).\(line.function).\($0.1)"
                }
            }
        )
    }

    /// The openers: `File.function` for each place where a descriptor is taken from the kernel.
    static func openers() throws -> Set<String> {
        Set(
            try lines().filter { line in
                ["owning: ", " socketpair(", "clinux_pipe(", "F_DUPFD"].contains { line.text.contains($0) }
            }.map { "\($0.file).\($0.function)" }
        )
    }
}
