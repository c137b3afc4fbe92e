// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    // The text of values, for `String` and `print`.

    extension ByteString: CustomStringConvertible {
        /// The text for people; bytes that are not UTF-8 are shown as U+FFFD.
        public var description: String { String(decoding: bytes, as: UTF8.self) }
    }

    extension Errno: CustomStringConvertible {
        /// The C library's text for the error: `Permission denied`.
        public var description: String { message.description }
    }

    extension Port: CustomStringConvertible {
        /// The number in decimal.
        public var description: String { String(rawValue) }
    }

    extension TransportProtocol: CustomStringConvertible {
        /// The name in lower case: `tcp`.
        public var description: String { name.description }
    }

    extension UserID: CustomStringConvertible {
        /// The number in decimal.
        public var description: String { String(rawValue) }

        /// The user with the name `name`; nil if there is none, or if a database did not answer.
        ///
        /// The corresponding C function is getpwnam_r(3).
        public init?(named name: String) {
            guard let user = Accounts.user(named: ByteString(name)) else { return nil }
            self = user
        }
    }

    extension GroupID: CustomStringConvertible {
        /// The number in decimal.
        public var description: String { String(rawValue) }

        /// The group with the name `name`; nil if there is none, or if a database did not answer.
        ///
        /// The corresponding C function is getgrnam_r(3).
        public init?(named name: String) {
            guard let group = Accounts.group(named: ByteString(name)) else { return nil }
            self = group
        }
    }

    extension IPv4Address: CustomStringConvertible {
        /// The dotted decimal form.
        public var description: String { byteString.description }

        /// Parses four decimal numbers 0-255 with dots between them, as inet_pton(3) does; nil for anything else.
        public init?(_ text: String) { self.init(ByteString(text)) }
    }

    extension IPv6Address: CustomStringConvertible {
        /// The address as RFC 5952 writes it.
        public var description: String { byteString.description }

        /// Parses an address in the forms of RFC 4291, 2.2, as inet_pton(3) does; nil for anything else.
        public init?(_ text: String) { self.init(ByteString(text)) }
    }

    extension IPAddress: CustomStringConvertible {
        /// The address as the C library writes it.
        public var description: String { byteString.description }

        /// Parses an address of either family, without brackets; nil for anything else.
        public init?(_ text: String) { self.init(ByteString(text)) }
    }
#endif
