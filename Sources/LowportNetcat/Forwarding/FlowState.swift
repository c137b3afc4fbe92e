// SPDX-License-Identifier: Apache-2.0

extension Flow {
    /// One of the two ends.
    enum Side: UInt64 {
        case client, server
    }

    /// What a flow is about, which decides how long it may take.
    enum State: Int {
        /// It connects to a server.
        case connecting
        /// There was no descriptor left to connect with.
        case starved
        /// It moves bytes.
        case open
        /// It resets one end as soon as the bytes for that end are sent.
        case resetting
        /// There is nothing left to do.
        case finished
    }
}
