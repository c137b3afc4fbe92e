// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The environment of this process, as bytes (environ(7)).
package enum Environment {
    /// The value of the variable `name`; nil if it is not set.
    package static func value(of name: ByteString) -> ByteString? {
        unsafe name.withCString { name in
            guard let value = unsafe getenv(name) else { return nil }
            return unsafe ByteString(cString: value)
        }
    }

    /// Sets the variable `name`, replacing its old value.
    ///
    /// The corresponding C function is setenv(3).
    package static func set(_ name: ByteString, to value: ByteString) throws(Errno) {
        try nothingOrErrno(.execute) {
            unsafe name.withCString { name in unsafe value.withCString { unsafe setenv(name, $0, 1) } }
        }
    }

    /// Removes the variable `name`.
    ///
    /// The corresponding C function is unsetenv(3).
    package static func remove(_ name: ByteString) {
        _ = unsafe name.withCString { unsafe unsetenv($0) }
    }
}
