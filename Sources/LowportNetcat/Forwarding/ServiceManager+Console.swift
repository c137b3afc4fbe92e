// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

extension ServiceManager {
    /// Tells it the state; reports if that fails.
    static func tell(_ state: State, _ console: Console) {
        guard let place else { return }
        do throws(Errno) { try tell(state, at: place) } catch {
            console.printError("cannot notify \(place): \(error.sentence)")
        }
    }
}
