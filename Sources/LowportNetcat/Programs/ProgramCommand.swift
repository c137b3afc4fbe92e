// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A program that communicates with the peer, and its arguments.
struct ProgramCommand: Equatable {
    /// The program and its arguments.
    let words: [ByteString]

    /// The command of `-e` or `-c`. `-c` passes it to the shell as one word; `-e` splits it at blanks, and a backslash
    /// quotes the next character.
    init?(_ role: Role) {
        switch role {
        case .shell(let command): words = ["/bin/sh", "-c", command]
        case .program(let command): words = ProgramCommand.split(command)
        default: return nil
        }
    }

    private static func split(_ command: ByteString) -> [ByteString] {
        var words: [ByteString] = []
        var word = ByteString()
        var isEscaped = false
        var isInside = false
        for byte in command.bytes {
            if isEscaped || byte != UInt8(ascii: "\\") && byte != 0x20 && byte != 0x09 {
                word.bytes.append(byte)
                isInside = true
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if isInside {
                words.append(word)
                word = ""
                isInside = false
            }
        }
        return isInside ? words + [word] : words
    }

    /// Executes the program, with `stream` as its standard input and output. Returns only if that fails.
    func become(on stream: InheritedDescriptor) -> NetcatError {
        do throws(Errno) {
            try stream.setNonBlocking(false)
            try CurrentProcess.redirect(.standardInput, to: stream)
            try CurrentProcess.redirect(.standardOutput, to: stream)
            CurrentProcess.restoreSignals()
            try execute(words[0], arguments: words)
        } catch {
            return NetcatError("cannot run \(words.first ?? ""): \(error.message)")
        }
    }

    /// Sets the environment variables that name both ends of the connection (`NCAT_REMOTE_ADDR` and others).
    static func describe(_ socket: InheritedDescriptor, _ peer: Peer, transport: ByteString) {
        let remote = peer.parts
        var local = remote
        if case .internet = peer, let address = try? socket.localAddress() {
            local = Peer.internet(address).parts
        }
        let values: [(ByteString, ByteString)] = [
            ("NCAT_REMOTE_ADDR", remote.address), ("NCAT_REMOTE_PORT", remote.port),
            ("NCAT_LOCAL_ADDR", local.address), ("NCAT_LOCAL_PORT", local.port), ("NCAT_PROTO", transport),
        ]
        for (name, value) in values { try? Environment.set(name, to: value) }
    }
}
