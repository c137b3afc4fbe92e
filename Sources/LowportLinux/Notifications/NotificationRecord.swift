// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// The last received notification, for the process that answers it if the receiver dies.
///
/// Only the process that creates the record can write to it (memfd_create(2), `F_SEAL_FUTURE_WRITE`).
@safe
package struct NotificationRecord: ~Copyable {
    /// The descriptor for the reader.
    package let descriptor: FileDescriptor
    let room: UnsafeMutableRawPointer

    /// Creates an empty record, which stays mapped until the process ends.
    package init() throws(Errno) {
        var number: Int32 = -1
        var memory: UnsafeMutableRawPointer?
        try nothingOrErrno(.mapMemory) { () -> Int32 in
            unsafe memory = clinux_record_create(&number)
            return unsafe memory == nil ? -1 : 0
        }
        guard let room = unsafe memory else { throw .badAddress }
        descriptor = FileDescriptor(owning: number)
        unsafe self.room = room
    }

    /// Reads the last notification of the record behind `descriptor`; nil if it has none, or is no record.
    package static func last(in descriptor: borrowing some Descriptor & ~Copyable) -> Notification? {
        let number = descriptor.rawValue
        var native = clinux_notification()
        guard unsafe clinux_record_read(number, &native) == 0, native.identifier != 0 else { return nil }
        return Notification(native)
    }
}
