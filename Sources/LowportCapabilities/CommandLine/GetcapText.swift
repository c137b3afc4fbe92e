// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The longer texts of getcap. Scripts parse these texts, so their words are those of libcap.
enum GetcapText {
    static var usage: Message {
        """
        usage: getcap [-h] [-l] [-n] [-r] [-v] <filename> [<filename> ...]

        \tdisplays the capabilities on the queried file(s).

        """
    }

    /// What `--help` shows below the usage text.
    static var options: Message {
        """
         -h                     the lines above on standard error
         -l                     the licence
         -n                     print the root user of a user namespace, too
         -r                     examine what is below directories, too
         -v                     list files without capabilities, too

        """ + GetcapCommandLine.addedOptions
    }

    static func license(program: ByteString) -> Message {
        "\(program) see LICENSE file for details.\nCopyright (c) 1997,2007,2021 Andrew G. Morgan <morgan@kernel.org>\n"
    }

    static func invalidOption(_ letter: UInt8, program: ByteString) -> Message {
        "\(program): invalid option -- '\(ByteString([letter]))'\n"
    }
}

extension GetcapCommandLine.UsageError {
    /// Prints the requested text or the error, and returns the exit status.
    func report(program: ByteString) -> Int32 {
        switch self {
        case .usage:
            printError(GetcapText.usage)
            return 0
        case .help:
            try? InheritedDescriptor.standardOutput.show(GetcapText.usage + "\n" + GetcapText.options)
            return 0
        case .license:
            try? InheritedDescriptor.standardOutput.show(GetcapText.license(program: program))
            return 0
        case .invalidOption(let letter):
            printError(GetcapText.invalidOption(letter, program: program) + GetcapText.usage)
            return 1
        case .missingArgument(let option):
            printError("\(program): option '\(option)' requires an argument\n" + GetcapText.usage)
            return 1
        case .noFiles:
            printError(GetcapText.usage)
            return 1
        }
    }
}
