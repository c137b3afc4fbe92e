// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// When a relay ends, apart from the end of both directions.
struct RelayRules {
    /// The ending that the options request.
    var ending = EndingOptions()
    /// After how long without a transfer the relay ends (`-w`).
    var idleLimit: Milliseconds?
    /// Whether end of file from the peer ends the session, as for a listener.
    var endsWithPeer = false
    /// Whether end of file from the peer is passed on to the local output, which is then a socket.
    var passesPeersEnd = false
    /// Whether a reset of one end is passed on to the other, which is a connection as well.
    var passesResets = false
    /// Whether end of file from the peer closes standard output, which is then the local output.
    var closesOutput = false
    /// Whether the local input may begin shortly after the peer ends: a reply computed from the whole request.
    var waitsForAnswer = false
}

/// The earlier of two moments, where nil means never.
func earliest(_ one: Instant?, _ other: Instant?) -> Instant? {
    guard let one else { return other }
    guard let other else { return one }
    return min(one, other)
}
