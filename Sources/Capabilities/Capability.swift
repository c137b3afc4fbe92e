// SPDX-License-Identifier: Apache-2.0
public import Linux

/// One of the privileges that Linux divides root's power into: a number from 0 to 63 (capabilities(7)).
///
/// Today's kernels have 41 of them, `Capability.chown` to `Capability.checkpointRestore`; the numbers above are
/// representable, since a file's attribute may hold them and a newer kernel may know them.
public struct Capability: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: UInt8

    /// Creates the capability with the number `rawValue`; nil above 63.
    public init?(rawValue: UInt8) {
        guard rawValue < Self.limit else { return nil }
        self.rawValue = rawValue
    }

    /// Creates the capability with a number that is known to be below `limit`.
    init(number: UInt8) { rawValue = number }

    /// How many there can be: the bits of the kernel's sets.
    static var limit: UInt8 { 64 }

    /// Creates the capability with the name `name`, such as `cap_net_bind_service`, in whatever case; nil if there is none.
    public init?(named name: ByteString) {
        guard let number = Self.shortNames.firstIndex(where: { Self.isName(name.bytes[...], shortName: $0) }) else {
            return nil
        }
        self.init(number: UInt8(truncatingIfNeeded: number))
    }

    private static func isName(_ bytes: ArraySlice<UInt8>, shortName: String) -> Bool {
        bytes.count == 4 + shortName.utf8.count
            && bytes.prefix(4).elementsEqual("cap_".utf8) { $0.lowercased == $1 }
            && bytes.dropFirst(4).elementsEqual(shortName.utf8) { $0.lowercased == $1 }
    }
}

extension Capability: Comparable {
    /// Numeric order.
    public static func < (left: Capability, right: Capability) -> Bool { left.rawValue < right.rawValue }
}

extension Capability: ByteStringConvertible {
    /// The name, `cap_net_bind_service`; the number in decimal if it has none. As cap_to_name(3).
    public var byteString: ByteString {
        let number = Int(rawValue)
        return number < Self.shortNames.count ? "cap_\(Self.shortNames[number])" : ByteString(decimal: rawValue)
    }
}

extension UInt8 {
    /// The byte with an ASCII capital made small.
    var lowercased: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }
}
