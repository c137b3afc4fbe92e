// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The usage and the help, generated from the declarations of the options.
struct Usage {
    /// The dialect of the options.
    let dialect: Dialect

    /// The version, in one line.
    static var version: ByteString { "nc (Lowport) \(ProjectVersion.current)\n" }

    /// The version in the form of ncat, for scripts that look for a number there: that of the ncat whose options these are.
    static var bannerOfNcat: ByteString { "Ncat: Version 7.93 ( compatible: Lowport \(ProjectVersion.current) )" }

    /// What ncat says after a wrong option.
    static var adviceOfNcat: ByteString {
        "Try `--help' or man(1) nc for more information, usage options and help"
    }

    private let options: [OptionDeclaration]

    /// Creates the texts for `dialect`.
    init(_ dialect: Dialect) {
        self.dialect = dialect
        options = ArgumentReader.list(Options(), dialect)
    }

    private var name: ByteString { dialect == .ncat ? "ncat" : "nc" }
}

// The usage after an error.
extension Usage {
    /// The maximum length of a line in the usage.
    private static var width: Int { 110 }

    /// The forms of the command, shown after an error.
    var short: ByteString {
        // In alphabetical order, without the letters of other forms of the command: h, k, l, L.
        let letters = "0123456789AaBbCcDdEeFfGgHIiJjKMmNnOoPpQqRrSsTtUuVvWwXxYyZz" as ByteString
        var text = "usage: \(name) [-" as ByteString
        var items: [ByteString] = []
        for letter in letters.bytes {
            for option in options where option.letter == letter && option.help != nil {
                if option.value == nil {
                    text.bytes.append(letter)
                } else {
                    items.append("[-\(ByteString([letter])) \(option.valueInUsage)]")
                }
            }
        }
        text += "]"
        items.append("host port ...")
        var room = Usage.width - text.count
        for item in items {
            let isLast = item.count + 1 > room
            if isLast { room = Usage.width - 9 }
            text += isLast ? "\n          " : " "
            text += item
            room -= item.count + 1
        }
        return """
            \(text)
                   \(name) -l [-k] [-L host:port] [options] [-s address] [-p] [address] port
                   \(name) [-l] -U [options] path
                   \(name) --help

            """
    }
}

// `--help`.
extension Usage {
    /// The column where the explanation of an option begins.
    private static var column: Int { 28 }

    /// All options.
    var long: ByteString {
        var text = """
            Connect to a TCP or UDP port, or listen on one, and pass standard input and
            output through.

              \(name) [options] host port ...       connect; a port: number, range lo-hi, service
              \(name) -l [options] [address] port   listen; also: \(name) -l -p port
              \(name) [-l] -U [options] path        a Unix socket; @name is an abstract one


            """ as ByteString
        var title = ByteString()
        for option in options where option.help != nil {
            if option.group != title {
                if !title.isEmpty { text += "\n" }
                title = option.group
                text += title + "\n"
            }
            add(option, to: &text)
        }
        text += "\nTIME is in seconds, or has a unit: 500ms, 2s, 1m, 1h.\n\n"
        if dialect == .openbsd {
            text += """
                Ending a transfer. Without -N or -q the end of standard input is not passed on,
                and both sides wait for each other: send a file with "nc -N host port <file" and
                receive it with "nc -l port >file".

                """
        }
        return text
    }

    /// `  -p, --source-port PORT   what it is for`.
    private func add(_ option: OptionDeclaration, to text: inout ByteString) {
        let start = text.count
        text += option.letter == nil ? "      " : "  "
        text += option.names
        var column = text.count - start
        // Names that are too long have a line of their own.
        if column + 2 > Usage.column {
            text += "\n"
            column = 0
        }
        while column < Usage.column {
            text.bytes.append(UInt8(ascii: " "))
            column += 1
        }
        text += option.help ?? ""
        text += "\n"
    }
}
