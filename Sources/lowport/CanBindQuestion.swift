// SPDX-License-Identifier: Apache-2.0
import Linux
import PortPolicy

/// A command line of `lowport can-bind` that makes sense at once. See lowport-can-bind(8).
///
/// What is wrong with any other, what help there is, and why there is no answer, is said by the program of all verbs,
/// which reads the words anew.
struct CanBindQuestion {
    private var port: Port?
    private var transport = TransportProtocol.tcp
    private var address: IPAddress?
    private var wantsJSON = false

    /// Reads the words behind the name of the program; nil if they are not for us to answer.
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

    /// Answers, and returns the exit status; nil if there is no answer, or none that could be written.
    func answer() -> Int32? {
        var isNameMissing = false
        guard let port,
            let permission = try? BindPermission(
                ofThisProcessFor: port,
                transport,
                on: address ?? .v4(.any),
                // This program is linked statically; the other knows all sources of names.
                names: NamesInFiles { isNameMissing = true }
            ), !isNameMissing
        else { return nil }
        switch permission {
        case .granted(let reason): return printAnswer(true, reason) ? 0 : nil
        case .refused: return printAnswer(false, "\(PolicySource.noneOfAll) allows it") ? 1 : nil
        case .unknown: return nil
        }
    }

    /// Writes the answer, if it is asked for in words: with the schema `lowport.can-bind/1` (Documentation/json.md).
    private func printAnswer(_ canBind: Bool, _ reason: ByteString) -> Bool {
        guard wantsJSON else { return true }
        // Names of files that JSON has no plain letters for are rare, and have rules of their own.
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
        // What looks like an option, or several ports, is not for services(5) to know.
        if text.hasPrefix("-") || text.bytes.contains(UInt8(ascii: ",")) { return nil }
        return Services.port(named: text)
    }
}
