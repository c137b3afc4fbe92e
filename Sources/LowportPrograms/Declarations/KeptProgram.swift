// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
package import LowportLinux

/// A program that keeps capabilities: a line of lowport.programs(5).
package struct KeptProgram: Hashable, Sendable {
    /// What shows that a file at the path is the one that is meant.
    package enum Origin: Hashable, Sendable {
        /// The package manager knows the file, with this content.
        case package
        /// The content has this SHA-256: 32 bytes.
        case content([UInt8])
        /// Nothing: whatever file of root's is there.
        case unverified
    }

    /// The absolute path, without links.
    package var path: ByteString
    /// The capabilities that the file is to have, besides others that it has.
    package var capabilities: CapabilityState
    /// What shows that a file is the one that is meant.
    package var origin: Origin

    /// Creates a program.
    package init(_ path: ByteString, _ capabilities: CapabilityState, _ origin: Origin = .package) {
        self.path = path
        self.capabilities = capabilities
        self.origin = origin
    }

    /// The capabilities as text: `cap_net_bind_service`, and as setcap(8) writes them if they are not just permitted and
    /// effective.
    package var capabilitiesText: ByteString {
        let text = capabilities.text()
        let end: ByteString = "=ep"
        let isPlain = text.hasSuffix(end) && !text.hasPrefix("=") && !text.bytes.contains(UInt8(ascii: " "))
        return isPlain ? ByteString(text.bytes.dropLast(end.count)) : text
    }
}

extension KeptProgram: ByteStringConvertible {
    /// The line, as lowport.programs(5) has it.
    package var byteString: ByteString {
        let line: ByteString = "program \(path) \(capabilitiesText)"
        return switch origin {
        case .package: line
        case .content(let digest): "\(line) sha256:\(ByteString(hexadecimal: digest))"
        case .unverified: "\(line) unverified"
        }
    }
}
