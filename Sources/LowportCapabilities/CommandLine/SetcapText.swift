// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Why setcap stops with exit status 1.
enum SetcapError: Error {
    /// The file argument is missing, or standard input was empty.
    case usage
    case text(CapabilityTextError)
    case standardInput
    case rootUserMissing
    case rootUserInvalid(ByteString)
    case privilege(Errno)
    /// The capabilities of a file could not be changed to the wanted state; nil is their removal.
    case file(ByteString, Errno, wanted: CapabilityState?)
    /// `-v` found a difference, and has reported it.
    case different
    /// `--restore` failed.
    case saved(SavedFileError)

    /// The text to print. Scripts parse these texts, so their words are those of libcap.
    var text: Message {
        switch self {
        case .usage: SetcapText.usage
        case .text: "fatal error: Invalid argument\n" + SetcapText.usage
        case .standardInput: "\n[Error - aborting]\n"
        case .rootUserMissing: "usage: .. -n <rootid> .. - rootid!=0 file caps"
        case .rootUserInvalid(let word): "bad ns rootid: want positive integer, got \"\(word)\"\n"
        case .privilege(let error): "unable to set CAP_SETFCAP effective capability: \(error.message)\n"
        case .file(let file, let error, let wanted): Self.text(file, error, wanted)
        case .different: ""
        case .saved(let failure): failure.text
        }
    }

    private static func text(_ file: ByteString, _ error: Errno, _ wanted: CapabilityState?) -> Message {
        let note: Message = wanted.map { $0.showsEffectiveMismatch } == true ? SetcapText.note : ""
        if error == .invalidArgument { return note + "Invalid file '\(file)' for capability operation\n" }
        if error == .noData && wanted == nil { return "File '\(file)' has no capablity to remove\n" }
        return note + "Failed to set capabilities on file '\(file)': \(error.message)\n"
    }
}

extension CapabilityState {
    /// Whether the original would explain, after a failure, that the effective set of a file is all or nothing.
    ///
    /// The original checks the capabilities one by one, up to the first that is only effective, or that is permitted or
    /// inheritable but not effective; it prints nothing if none up to there is effective.
    fileprivate var showsEffectiveMismatch: Bool {
        let mismatch = permitted.union(inheritable).symmetricDifference(effective)
        guard let first = mismatch.first(where: { _ in true }), let effective = effective.first(where: { _ in true })
        else { return false }
        return effective <= first
    }
}

/// The longer texts of setcap.
enum SetcapText {
    static var prompt: Message { "Please enter caps for file [empty line to end]:\n" }

    static var license: Message {
        "--license see LICENSE file for details.\n"
            + "Copyright (c) 1997,2007-8,2020-21 Andrew G. Morgan <morgan@kernel.org>\n"
    }

    static var note: Message {
        """
        NOTE: Under Linux, effective file capabilities must either be empty, or
              exactly match the union of selected permitted and inheritable bits.

        """
    }

    static var usage: Message {
        """
        usage: setcap [-h] [-q] [-v] [-n <rootid>] (-r|-|<caps>) <filename> [ ... (-r|-|<capsN>) <filenameN> ]

         Note <filename> must be a regular (non-symlink) file.
         -r          remove capability from file
         -           read capability text from stdin
         <capsN>     cap_from_text(3) formatted file capability
         [ Note: capsh --suggest="something..." might help you pick. ]
         -h          this message and exit status 0
         -q          quietly
         -v          validate supplied capability matches file
         -n <rootid> write a user namespace (!= 0) limited capability
         --license   display the license info

        """
    }

    /// Capabilities with their root user, if there is one: `cap_kill=ep [rootid=7]`.
    static func description(of capabilities: FileCapabilities, _ kernel: KernelCapabilities) -> ByteString {
        let text = capabilities.state.text(kernel: kernel)
        return capabilities.rootUser == .root ? text : "\(text) [rootid=\(capabilities.rootUser)]"
    }

    /// The result of `-v` for a file that is not as expected: `nsowner[got=0, want=7],x differs in [pe]`.
    static func difference(
        _ flags: CapabilityFlags,
        of file: ByteString,
        got: UserID,
        want: UserID
    ) -> Message {
        var text: Message = ""
        // Signed, as the original prints user IDs.
        if got != want {
            text += "nsowner[got=\(Int32(bitPattern: got.rawValue)), want=\(Int32(bitPattern: want.rawValue))],"
        }
        text += "\(file) differs in ["
        if flags.contains(.permitted) { text += "p" }
        if flags.contains(.inheritable) { text += "i" }
        if flags.contains(.effective) { text += "e" }
        return text + "]\n"
    }
}
