// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import LowportPolicy
import LowportRunCommand

/// A command line of `lowport can-bind` that this program can answer itself. See lowport-can-bind(8).
///
/// For any other command line, lowport-admin parses the words again, and prints usage errors, help, and the reason why
/// there is no answer.
struct CanBindQuestion {
    private var port: Port?
    private var transport = TransportProtocol.tcp
    private var address: IPAddress?
    private var wantsJSON = false

    /// Parses the words after the name of the program; nil if lowport-admin has to handle them.
    init?(_ words: ArraySlice<ByteString>) {
        guard words.first == "can-bind" else { return nil }
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            if word == "--udp" {
                transport = .udp
            } else if word == "--json" {
                wantsJSON = true
            } else if word == "--on", let value = rest.popFirst() {
                guard read(address: value) else { return nil }
            } else if word.hasPrefix("--on=") {
                guard read(address: ByteString(word.bytes[5...])) else { return nil }
            } else if port == nil, let port = Self.port(word) {
                self.port = port
            } else {
                return nil
            }
        }
        if port == nil { return nil }
    }

    /// Answers, and returns the exit status; nil if there is no answer, or if it could not be written.
    func answer() -> Int32? {
        var isNameMissing = false
        guard let port,
            let answer = try? BindAnswer(
                port,
                transport,
                on: address,
                // This program is linked statically; the other knows all sources of names.
                names: NamesInFiles { isNameMissing = true }
            ), !isNameMissing, printAnswer(answer.canBind, answer.reason)
        else { return nil }
        return answer.canBind ? 0 : 1
    }

    /// Writes the answer if JSON is requested: with the schema `lowport.can-bind/1` (Documentation/reference/json.md).
    private func printAnswer(_ canBind: Bool, _ reason: ByteString) -> Bool {
        guard wantsJSON else { return true }
        // File names that JSON has to escape are rare; lowport-admin writes them.
        let isPlain = reason.bytes.allSatisfy {
            (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        guard isPlain else { return false }
        let text: ByteString = """
            {
              "can_bind" : \(canBind ? "true" : "false" as ByteString),
              "reason" : "\(reason)",
              "schema" : "lowport.can-bind/1"
            }

            """
        return (try? InheritedDescriptor.standardOutput.write(text)) != nil
    }

    private mutating func read(address text: ByteString) -> Bool {
        guard address == nil, let value = IPAddress(text) else { return false }
        address = value
        return true
    }

    /// A number, or the name of a service.
    private static func port(_ text: ByteString) -> Port? {
        if let range = PortRange(text: text) { return range.lower == range.upper ? range.lower : nil }
        // Options and lists of ports are not looked up in services(5).
        if text.hasPrefix("-") || text.bytes.contains(UInt8(ascii: ",")) { return nil }
        return Services.port(named: text)
    }
}
