// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// How many programs run at a time.
///
/// All tests begin at once, and hundreds of programs on few processors would need thousands of descriptors and make each
/// other too slow for their own time limits.
final class RunningPrograms: Sendable {
    static let shared = RunningPrograms(limit: 24)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(limit: Int) { state = Mutex(State(free: limit)) }

    /// Waits until another program may run.
    func begin() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    /// Lets the program run that has waited longest.
    func end() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
