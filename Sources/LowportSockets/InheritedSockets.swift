// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The sockets that the process that started this one passes on, as systemd does for a `.socket` unit (sd_listen_fds(3)).
///
/// The first call of one of these functions, or of ``PrivilegedSocket/listen(on:options:)-(ListenAddress,_)``, takes them
/// over: it checks that they are meant for this process, that they are open, and removes the variables from the
/// environment, so that child processes do not take the sockets for theirs. Do that before other threads read the
/// environment. Each socket is given out once. May be called from every thread.
public enum InheritedSockets {
    /// Takes the first socket that is left and has the name `name` (`FileDescriptorName=`, systemd.socket(5)).
    ///
    /// - Returns: the socket; nil if there is none.
    /// - Throws: An error with the code ``PrivilegedSocketError/Code-swift.struct/badInheritance``.
    public static func take(named name: String) throws(PrivilegedSocketError) -> InheritedSocket? {
        let name = ByteString(name)
        return try take { $0.name == name }
    }

    /// Takes the first socket that is left and is bound to exactly `address`. One for all addresses of both families is
    /// bound to `::` and takes IPv4 too; where there is no IPv6, to 0.0.0.0. A connection is at no address.
    ///
    /// - Returns: the socket; nil if there is none.
    /// - Throws: An error with the code ``PrivilegedSocketError/Code-swift.struct/badInheritance``.
    public static func take(at address: ListenAddress) throws(PrivilegedSocketError) -> InheritedSocket? {
        let second = Attempt.hasIPv6 ? nil : address.withoutIPv6
        return try take {
            $0.isAt(address) && !(address.isForBothFamilies && $0.isIPv6Only) || second.map($0.isAt) ?? false
        }
    }

    /// Takes the first socket that is left, in the order in which the parent process passes them on.
    ///
    /// - Returns: the socket; nil if none is left.
    /// - Throws: An error with the code ``PrivilegedSocketError/Code-swift.struct/badInheritance``.
    public static func takeNext() throws(PrivilegedSocketError) -> InheritedSocket? { try take { _ in true } }

    /// Takes the socket that `options` would give at `address`.
    static func take(
        at address: ListenAddress,
        _ options: PrivilegedSocket.Options
    ) throws(PrivilegedSocketError) -> InheritedSocket? {
        try take { entry in
            entry.isAt(address) && (entry.address?.place.address != .v6(.any) || entry.isIPv6Only == options.ipv6Only)
        }
    }

    // MARK: - What is left

    private static let left = Guarded<Result<[PassedSocket], PassedSocket.Fault>?>(nil)

    private static func take(
        _ isMeant: @Sendable (PassedSocket) -> Bool
    ) throws(PrivilegedSocketError) -> InheritedSocket? {
        let taken = left.withLock { left -> Result<PassedSocket?, PassedSocket.Fault> in
            switch left ?? PassedSocket.all() {
            case .failure(let fault):
                left = .failure(fault)
                return .failure(fault)
            case .success(var entries):
                let index = entries.firstIndex(where: isMeant)
                let entry = index.map { entries.remove(at: $0) }
                left = .success(entries)
                return .success(entry)
            }
        }
        switch taken {
        case .success(let entry): return entry.map { InheritedSocket($0) }
        case .failure(let fault): throw PrivilegedSocketError(.badInheritance, fault.place, fault.reason)
        }
    }
}

/// A socket that the process that started this one passed on.
///
/// The value owns the descriptor and closes it, until ``release()`` gives it to somebody else.
public struct InheritedSocket: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// The name that the parent process gave the socket; empty if it has none.
    public let name: String

    /// The address of a socket of TCP or UDP; nil for every other descriptor, such as a Unix socket.
    public let address: ListenAddress?

    /// The number of the descriptor, which stays owned by this value. Other programs that are started do not get it
    /// (`FD_CLOEXEC`). Whether it blocks is as the parent process left it.
    public var rawValue: CInt { descriptor.rawValue }

    /// Gives up the ownership of the descriptor without closing it.
    ///
    /// - Returns: the number of the descriptor, which the caller has to close.
    public consuming func release() -> CInt { descriptor.release() }

    init(_ entry: PassedSocket) {
        descriptor = FileDescriptor(owning: entry.number)
        name = entry.name.text
        address = entry.address
    }
}
