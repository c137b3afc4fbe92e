// SPDX-License-Identifier: Apache-2.0
internal import LowportCapabilities
package import LowportLinux

/// The digest of a file that a package manager recorded, which names its function by its length.
package enum PackageDigest: Hashable, Sendable {
    /// MD5: 16 bytes.
    case md5([UInt8])
    /// SHA-256: 32 bytes.
    case sha256([UInt8])

    /// Creates the digest with these hexadecimal digits; nil for one of another function.
    init?(_ text: ByteString) {
        guard let bytes = Hexadecimal.bytes(text) else { return nil }
        switch bytes.count {
        case 16: self = .md5(bytes)
        case 32: self = .sha256(bytes)
        default: return nil
        }
    }
}

/// The answers of package managers, as text.
package enum PackageAnswer {
    /// The packages in an answer of `dpkg-query --search` that contain the file at `path` (dpkg-query(1)).
    ///
    /// A line is `PACKAGE, PACKAGE: PATH`; those about diversions have no names of packages before the colon.
    package static func packages(containing path: ByteString, in answer: ByteString) -> [ByteString] {
        let end: ByteString = ": \(path)"
        return answer.split(on: UInt8(ascii: "\n")).filter { $0.hasSuffix(end) }.flatMap { line -> [ByteString] in
            let names = ByteString(line.bytes.dropLast(end.count)).split(on: UInt8(ascii: ","))
                .map { ByteString($0.bytes.drop { $0 == UInt8(ascii: " ") }) }
            return names.allSatisfy(isPackageName) ? names : []
        }
    }

    /// Whether `name` is that of a package, possibly with its architecture (deb-control(5)).
    private static func isPackageName(_ name: ByteString) -> Bool {
        guard let first = name.bytes.first, first.isLowerOrDigit else { return false }
        return name.bytes.allSatisfy { $0.isLowerOrDigit || "+-.:".utf8.contains($0) }
    }

    /// The digests in the list `md5sums` of a package (deb-md5sums(5)) for the file at `path`.
    package static func digests(of path: ByteString, inSums list: ByteString) -> [PackageDigest] {
        let end: ByteString = "  " + ByteString(path.bytes.dropFirst())
        return list.split(on: UInt8(ascii: "\n")).filter { $0.hasSuffix(end) }
            .compactMap { PackageDigest(ByteString($0.bytes.dropLast(end.count))) }
    }

    /// The digests in an answer of rpm(8), lines `DIGEST PATH`, for the file at `path`.
    package static func digests(of path: ByteString, inFiles answer: ByteString) -> [PackageDigest] {
        let end: ByteString = " \(path)"
        return answer.split(on: UInt8(ascii: "\n")).filter { $0.hasSuffix(end) }
            .compactMap { PackageDigest(ByteString($0.bytes.dropLast(end.count))) }
    }
}

extension UInt8 {
    fileprivate var isLowerOrDigit: Bool { Digits.isDecimal(self) || (0x61...0x7A).contains(self) }
}
