// SPDX-License-Identifier: Apache-2.0

/// An option with two dashes of a program with few options: what it does, and what `--help` says of it.
package struct LongOption<Effect> {
    /// The option as it is written, with its dashes.
    package let name: ByteString
    /// What the option does.
    package let effect: Effect
    /// The name of the value that follows, for `--help`; nil for none.
    package let value: ByteString?
    /// The explanation in `--help`, at most 54 bytes.
    package let help: ByteString

    /// Creates an option that is written `name`, followed by a value if it has the name of one.
    package init(_ name: ByteString, _ effect: Effect, value: ByteString? = nil, _ help: ByteString) {
        self.name = name
        self.effect = effect
        self.value = value
        self.help = help
    }

    /// Its line of `--help`: ` --save SAVED        save what is found, for setcap --restore`.
    private var line: Message {
        var text: ByteString = " \(name)"
        if let value { text += " \(value)" }
        while text.count < 23 { text += " " }
        return "\(text) \(help)\n"
    }

    /// The lines of `--help` about `options`.
    package static func help(of options: [LongOption]) -> Message { options.reduce("" as Message) { $0 + $1.line } }
}
