// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The clients of a hub, each with a place.
final class HubClients {
    private var places: [HubClient?] = []
    private var free: [Int] = []
    private var gone: [HubClient] = []
    /// How many clients data is pending for.
    private(set) var behind = 0

    /// How many clients there are.
    var count: Int { places.count - free.count }

    /// All clients.
    var all: some Sequence<HubClient> { places.lazy.compactMap { $0 } }

    /// The client in this place, if there is one.
    subscript(index: Int) -> HubClient? { index < places.count ? places[index] : nil }

    /// Reserves a place.
    func reserve() -> Int {
        if let index = free.popLast() { return index }
        places.append(nil)
        return places.count - 1
    }

    /// Gives `client` the place that was reserved for it.
    func insert(_ client: HubClient) { places[client.index] = client }

    /// Frees a place.
    func release(_ index: Int) {
        places[index] = nil
        free.append(index)
    }

    /// Notes what has become of `client` since it was last settled: data may be pending for it, or it may be gone.
    func settle(_ client: HubClient) {
        if client.isBehind != client.countsAsBehind {
            client.countsAsBehind = client.isBehind
            behind += client.isBehind ? 1 : -1
        }
        if client.isGone && !client.isListedAsGone {
            client.isListedAsGone = true
            gone.append(client)
        }
    }

    /// The first client that has left and was not returned yet.
    func nextGone() -> HubClient? { gone.isEmpty ? nil : gone.removeFirst() }
}
