// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// What is missing for a bind that was refused, in the words of the installed `lowport explain`.
struct BindHints {
    /// The address of the socket.
    let address: SocketAddress
    /// The protocol of the port.
    let transport: TransportProtocol

    /// The hints, three at most, as a terminal may show them.
    /// - Parameter command: the command line that was refused.
    func lines(for command: [ByteString]) -> [ByteString] {
        guard transport.isWord, let lowport = Self.lowport else { return ["see lowport(8)"] }
        let general = ShellCommand(question).map { [$0.text] } ?? []
        // With rights that the user lacks, nothing is started.
        if CurrentProcess.isSecureExecution { return general }
        let answer = limitedOutput(
            ofProgramAt: lowport,
            arguments: question + ["--hint", "--"] + command,
            limit: 16384,
            within: .seconds(3)
        )
        let lines = (answer ?? []).split(separator: UInt8(ascii: "\n")).map { ByteString($0) }
        return lines.isEmpty || lines.count > 3 || !lines.allSatisfy { $0.isVisible } ? general : lines
    }

    /// The command that explains the refusal.
    private var question: [ByteString] {
        var words: [ByteString] = ["lowport", "explain", address.port.byteString]
        if transport == .udp { words.append("--udp") }
        if address.address != .v4(.any) { words += ["--on", address.address.byteString] }
        return words
    }

    /// The path of `lowport`: beside this program or, for one in `PREFIX/libexec/lowport`, in `PREFIX/bin`; never from
    /// PATH. nil if it is not installed.
    private static var lowport: ByteString? {
        guard let program = CurrentProcess.executablePath else { return nil }
        let directory = parent(of: program)
        let parts: ByteString = "/libexec/lowport"
        let isPart = directory.bytes.suffix(parts.count).elementsEqual(parts.bytes)
        let path = (isPart ? ByteString(directory.bytes.dropLast(parts.count)) + "/bin" : directory) + "/lowport"
        return (try? checkAccess(.execute, to: path)) == nil ? nil : path
    }

    private static func parent(of path: ByteString) -> ByteString {
        ByteString(path.bytes[..<(path.bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0)])
    }
}
