// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The request of a command line.
enum Invocation: Equatable {
    case show(Information)
    case run(Options)

    /// Reads the arguments after the program's name.
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
            // Clients seldom use only one connection to a proxy.
            options.keepsOpen = true
        }
        options.removeBrackets()
        if dialect == .ncat { options.completeForNcat() }
        try options.checkOperands()
        try reader.check(options)
        self = .run(options)
    }
}
