// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Numbers that a process shares with those that it forks afterwards: each sees, and may make, a change at any time.
@safe
package final class SharedNumbers {
    private let memory: UnsafeMutablePointer<Int>
    private let count: Int

    /// Creates `count` numbers, all 0. Throws ENOMEM if there is no memory.
    ///
    /// The corresponding system call is mmap(2) with `MAP_SHARED` and `MAP_ANONYMOUS`.
    package init(count: Int) throws(Errno) {
        let size = count * MemoryLayout<Int>.stride
        let address = try valueOrErrno(.mapMemory) { Int(bitPattern: unsafe clinux_share_memory(size)) }
        guard let place = unsafe UnsafeMutablePointer<Int>(bitPattern: address) else { throw .badAddress }
        unsafe memory = place
        self.count = count
    }

    deinit { unsafe munmap(memory, count * MemoryLayout<Int>.stride) }

    private func place(_ index: Int) -> UnsafeMutablePointer<Int> {
        precondition(index >= 0 && index < count)
        return unsafe memory + index
    }

    /// The number with this index, less than the count, as it is now.
    package subscript(index: Int) -> Int { unsafe clinux_shared_number(place(index)) }

    /// Adds `amount` to the number with this index.
    /// - Returns: the sum.
    @discardableResult
    package func add(_ amount: Int, to index: Int) -> Int { unsafe clinux_add_to_shared(place(index), amount) }

    /// Replaces the number with this index, if it is `old`.
    /// - Returns: whether it was.
    package func replace(_ old: Int, with new: Int, at index: Int) -> Bool {
        unsafe clinux_replace_shared(place(index), old, new) != 0
    }
}
