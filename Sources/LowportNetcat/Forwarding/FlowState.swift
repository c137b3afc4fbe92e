// SPDX-License-Identifier: Apache-2.0

extension Flow {
    /// One of the two ends.
    enum Side: UInt64 {
        case client, server

        /// The other end.
        var other: Side { self == .client ? .server : .client }
    }

    /// What is so of each end.
    struct Sides {
        private var client = false
        private var server = false

        /// Whether it is so of any of them.
        var any: Bool { client || server }

        /// Whether it is so of `side`.
        subscript(side: Side) -> Bool {
            get { side == .client ? client : server }
            set { if side == .client { client = newValue } else { server = newValue } }
        }
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
