// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// What a command line asks for.
enum Invocation: Equatable {
    case show(Information)
    case run(Options)

    /// Reads the arguments behind the program's name.
    init(_ arguments: [ByteString], _ dialect: Dialect = .openbsd) throws(UsageError) {
        var reader = ArgumentReader(arguments, dialect)
        var options = Options()
        if dialect == .ncat { options.assumeNcatDefaults() }
        while let part = try reader.next(for: &options) {
            if case .operand(let operand) = part { options.operands.append(operand) }
            if let information = options.information {
                self = .show(information)
                return
            }
        }
        if options.listens && options.role == .relay && options.proxy.isNamed {
            options.role = .proxy(options.proxy.kind == .connect ? .http : .socks5)
            // What a program asks its proxy for seldom comes by one connection.
            options.keepsOpen = true
        }
        if dialect == .ncat { options.completeForNcat() }
        try options.checkOperands()
        try reader.check(options)
        self = .run(options)
    }
}
