// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// Why a program, or what runs it, could not be examined.
public struct ProgramError: Error, Hashable, Sendable {
    /// The path of the file, as it was looked for.
    public let path: ByteString
    /// The error of looking at the file.
    public let error: Errno
    /// The script that names the file as its interpreter; nil if the file is the program that was asked about.
    public let script: ByteString?
}
