// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    public import Linux
#endif

/// The sockets of the programs that make calls.
public struct CallerSockets: ~Copyable {
    /// The thread that asked last, which is likely to ask again.
    private var asker: HeldThread?

    /// Creates it without anybody having asked.
    public init() {}

    /// A descriptor of our own for descriptor `number` of `thread`; nil if there is none, or it may not be had.
    public mutating func descriptor(_ number: Int32, of thread: Int32) -> FileDescriptor? {
        // Of a thread that has ended, whose number another may have by now, nothing is to be had.
        if let descriptor = held(number, of: thread) { return descriptor }
        asker = try? HeldThread(thread)
        return held(number, of: thread)
    }

    private func held(_ number: Int32, of thread: Int32) -> FileDescriptor? {
        switch asker {
        case .some(let asker): asker.thread == thread ? try? asker.descriptor(number) : nil
        case .none: nil
        }
    }
}
