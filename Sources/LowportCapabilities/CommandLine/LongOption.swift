// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// An option with two dashes, which the original does not have.
struct LongOption<Effect> {
    /// The option as it is written, with its dashes.
    let name: ByteString
    /// What the option does.
    let effect: Effect
    /// The name of the value that follows, for `--help`; nil for none.
    let value: ByteString?
    /// The explanation in `--help`, at most 54 bytes.
    let help: ByteString

    init(_ name: ByteString, _ effect: Effect, value: ByteString? = nil, _ help: ByteString) {
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
    static func help(of options: [LongOption]) -> Message { options.reduce("" as Message) { $0 + $1.line } }
}
