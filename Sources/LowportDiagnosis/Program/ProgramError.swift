// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// Why a program, or what runs it, could not be examined.
package struct ProgramError: Error, Hashable, Sendable {
    /// The path of the file, as it was looked for.
    package let path: ByteString
    /// The error of looking at the file.
    package let error: Errno
    /// The script that names the file as its interpreter; nil if the file is the program that was asked about.
    package let script: ByteString?
}
