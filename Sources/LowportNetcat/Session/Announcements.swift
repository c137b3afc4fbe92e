// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// What `-v` reports of listeners and connections: in the words of OpenBSD's nc, or called as ncat in those of ncat, which
/// scripts wait for.
extension Console {
    /// Reports that a port or path is listened on.
    /// - Parameters:
    ///   - isConnectionless: whether the socket takes datagrams.
    ///   - takesBoth: whether an IPv6 wildcard accepts IPv4 as well.
    func logListener(on place: Peer, isConnectionless: Bool, takesBoth: Bool) {
        guard isVerbose else { return }
        guard isNcat else {
            let isPath: Bool
            if case .unix = place { isPath = true } else { isPath = false }
            if isConnectionless || isPath { print("Bound on \(place.description(self))") }
            if !isConnectionless { print("Listening on \(place.description(self))") }
            return
        }
        print("Ncat: Listening on \(place.joined)")
        // The one socket is what two are in ncat.
        if takesBoth, case .internet(let address) = place, case .v6 = address.address, address.address.isWildcard {
            print("Ncat: Listening on 0.0.0.0:\(address.port)")
        }
    }

    /// Reports that `peer` has connected, or sent its first datagram.
    func logClient(_ peer: Peer, isConnectionless: Bool = false) {
        guard isVerbose else { return }
        guard isNcat else { return print("Connection received on \(peer.description(self))") }
        switch peer {
        case .internet, .vsock:
            print("Ncat: Connection from \(peer.parts.address).")
            if !isConnectionless { print("Ncat: Connection from \(peer.joined).") }
        case .unix: print("Ncat: Connection from a client on Unix domain socket.")
        }
    }

    /// Reports that `peer` is refused.
    /// - Parameter isAnnounced: whether it was reported that it has connected.
    func logDenial(of peer: Peer, _ reason: Denial, isAnnounced: Bool = false) {
        guard isVerbose else { return }
        if isNcat && !isAnnounced { logClient(peer) }
        switch reason {
        case .notAllowed where isNcat: print("Ncat: New connection denied: not allowed")
        case .notAllowed: print("Connection from \(peer.description(self)) refused: not allowed")
        case .limit(let count) where isNcat: print("Ncat: New connection denied: connection limit reached (\(count))")
        case .limit(let count): print("Connection refused: there are \(count) already")
        }
    }

    /// Called as ncat, reports that `peer` was reached.
    func logConnection(to peer: Peer) {
        if isVerbose && isNcat { print("Ncat: Connected to \(peer.joined).") }
    }

    /// Called as ncat, reports that `address` was not reached: without `-v`, only if it is the last one.
    func logFailure(of address: SocketAddress, _ error: Errno, isLast: Bool, isProxy: Bool) {
        if isLast {
            let what: ByteString = isProxy ? "Proxy connection failed: " : ""
            if reportsFailures || isVerbose { print("Ncat: \(what)\(error.message).") }
        } else if isVerbose {
            print("Ncat: Connection to \(address.host) failed: \(error.message).")
            print("Ncat: Trying next address...")
        }
    }
}

/// Why a client is refused.
enum Denial {
    /// The lists of hosts do not allow it.
    case notAllowed
    /// There are so many already.
    case limit(Int)
}

extension Peer {
    /// The address and the port, or the path, as ncat writes them.
    fileprivate var joined: ByteString {
        if case .unix(let path) = self { return path }
        return "\(parts.address):\(parts.port)"
    }
}
