// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The hosts that may connect. A denied host may not, even if it is allowed as well.
struct AccessList {
    private let allowed: [HostPattern]?
    private let denied: [HostPattern]

    /// Reads the lists and files, and looks up the names in them.
    init(_ options: AccessOptions, _ console: Console) throws(NetcatError) {
        let allowed = try AccessList.patterns(options.allowed, options.allowFiles, console)
        self.allowed = options.allowed.isEmpty && options.allowFiles.isEmpty ? nil : allowed
        denied = try AccessList.patterns(options.denied, options.denyFiles, console)
    }

    /// Whether `peer` may connect; with `-v`, reports a refusal. For Unix sockets, only file permissions count.
    func allows(_ peer: Peer, _ console: Console) -> Bool {
        guard case .internet(let address) = peer else { return true }
        let matches = { (pattern: HostPattern) in pattern.contains(address.address) }
        if !denied.contains(where: matches), allowed?.contains(where: matches) ?? true { return true }
        console.logDenial(of: peer, .notAllowed)
        return false
    }

    private static func patterns(
        _ texts: [ByteString],
        _ files: [ByteString],
        _ console: Console
    ) throws(NetcatError) -> [HostPattern] {
        var patterns: [HostPattern] = []
        for text in texts { patterns += try parse(text, console) }
        for file in files {
            for text in words(of: try content(of: file)) { patterns += try parse(text, console) }
        }
        return patterns
    }

    private static func content(of file: ByteString) throws(NetcatError) -> [UInt8] {
        do throws(Errno) {
            return try FileDescriptor.open(file, .readOnly).readToEnd(limit: 16 << 20)
        } catch {
            throw NetcatError("\(file): \(error.message)")
        }
    }

    /// The words of a file, without the text after `#` on a line.
    static func words(of content: [UInt8]) -> [ByteString] {
        var words: [ByteString] = []
        for line in content.split(separator: 0x0A) {
            let text = line.prefix { $0 != UInt8(ascii: "#") }
            words += text.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }.map { ByteString($0) }
        }
        return words
    }

    private static func parse(_ text: ByteString, _ console: Console) throws(NetcatError) -> [HostPattern] {
        if let pattern = HostPattern(text) { return [pattern] }
        do throws(LookupError) {
            let found = try NameLookup.addresses(of: text, service: "0", numeric: console.isNumeric)
            return found.map { HostPattern($0.address) }
        } catch {
            throw NetcatError("no host or addresses: \(text): \(error.message)")
        }
    }
}
