// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportRunCommand

/// What a service starts.
extension ServiceUnit {
    /// A command of `ExecStart=`.
    package struct Command: Hashable, Sendable {
        /// The assignment.
        var setting: UnitSettings.Setting
        /// The characters before the path (systemd.service(5), "Special executable prefixes").
        var marks: ByteString
        /// The words as they are written, with variables.
        var words: [ByteString]

        /// Whether it runs as root, whatever the settings of the user and of the groups are.
        var isOfRoot: Bool {
            let exclamations = marks.bytes.filter { $0 == UInt8(ascii: "!") }.count
            return isUnrestricted || exclamations == 1
        }

        /// Whether the capabilities, the filters of system calls and the files of the unit are not for it either.
        /// What the control group and the network refuse holds for it as well.
        var isUnrestricted: Bool { marks.bytes.contains(UInt8(ascii: "+")) }
    }

    /// How the command starts its program.
    package enum Start: Hashable, Sendable {
        /// By itself.
        case plain
        /// Through this command of Lowport, which brings it the permission of the policy.
        case lowport(ByteString)
        /// Through `lowport run --via ambient`, as this user.
        case ambient(user: ByteString)
    }

    /// The commands of `ExecStart=`; those after the first are for `Type=oneshot`.
    package var commands: [Command] {
        settings.list("ExecStart").compactMap { setting in
            let marks = setting.value.bytes.prefix { ("@-:+!|" as ByteString).bytes.contains($0) }
            let rest = ByteString(setting.value.bytes.dropFirst(marks.count))
            guard var words = UnitWords.split(rest)?.map({ name.expanding($0) ?? $0 }), !words.isEmpty else {
                return nil
            }
            // The second word is then the name that the program sees.
            if marks.contains(UInt8(ascii: "@")), words.count > 1 { words.remove(at: 1) }
            let end = words.firstIndex(of: ";") ?? words.endIndex
            return Command(setting: setting, marks: ByteString(marks), words: Array(words[..<end]))
        }
    }

    /// The command that starts the service.
    package var command: Command? { commands.first }

    /// How the program is started, and its words, without those of Lowport's command, of env(1), and of a shell that
    /// executes nothing else; none if the words of Lowport's command are wrong.
    package var start: (way: Start, words: [ByteString]) { Self.start(command?.words ?? []) }

    private static func start(_ words: [ByteString]) -> (Start, [ByteString]) {
        guard let path = words.first else { return (.plain, []) }
        switch path.lastPathPart {
        case "lowport" where words.dropFirst().first == "run": return run("lowport run", words.dropFirst(2))
        case "lowport" where words.dropFirst().first == "forward":
            return (.lowport("lowport forward"), ["lowport-forward"] + words.dropFirst(2))
        case "lowport-run": return run("lowport-run", words.dropFirst())
        case "authbind": return (.lowport("authbind"), start(authbind(words.dropFirst())).1)
        default: return UnitWords.executed(by: words).map(start) ?? (.plain, words)
        }
    }

    /// The program that is started; nil if its name has a variable or a specifier whose value is known later.
    var program: ByteString? {
        start.words.first.flatMap {
            $0.bytes.contains(UInt8(ascii: "$")) || $0.bytes.contains(UInt8(ascii: "%")) ? nil : $0
        }
    }

    private static func run(_ name: ByteString, _ words: ArraySlice<ByteString>) -> (Start, [ByteString]) {
        guard let options = try? RunOptions.parse(words) else { return (.plain, []) }
        let words = start(options.command).1
        if options.via == .ambient, let user = options.user { return (.ambient(user: user), words) }
        return (options.via == .kernel ? .plain : .lowport(name), words)
    }

    private static func authbind(_ words: ArraySlice<ByteString>) -> [ByteString] {
        var rest = words
        while let word = rest.first, word.hasPrefix("-") {
            rest.removeFirst()
            if word == "-" { break }
            if word == "--depth" || word == "--via" { rest = rest.dropFirst() }
        }
        return Array(rest)
    }
}

extension BindContext {
    /// The program of the unit if it is one that starts others, which are not examined.
    var starter: ByteString? {
        guard unit != nil, let path = program?.path, UnitWords.starters.contains(path.lastPathPart) else { return nil }
        return path
    }
}
