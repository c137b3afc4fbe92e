// SPDX-License-Identifier: Apache-2.0
#if SystemPackage
public import LowportSockets
public import SystemPackage

extension PrivilegedSocket {
    /// Gives up the ownership of the descriptor without closing it.
    ///
    /// - Returns: the descriptor, which the caller has to close.
    public consuming func fileDescriptor() -> FileDescriptor { FileDescriptor(rawValue: release()) }
}

extension InheritedSocket {
    /// Gives up the ownership of the descriptor without closing it.
    ///
    /// - Returns: the descriptor, which the caller has to close.
    public consuming func fileDescriptor() -> FileDescriptor { FileDescriptor(rawValue: release()) }
}
#endif
