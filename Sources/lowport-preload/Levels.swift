// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

// Which programs the library reaches: exactly as with authbind's environment variables.

/// Keeps the library in the environment for the programs that this program starts, or removes it.
///
/// AUTHBIND_LEVELS is the number of program levels for which the library stays. A value that starts with `y` means for
/// ever. Any other value is counted down; without a value, or at 0, the library is removed from LD_PRELOAD.
/// AUTHBIND_LIB is the library's name there.
func inheritOrEnd() {
    guard let levels = unsafe getenv("AUTHBIND_LEVELS") else {
        removeLibrary()
        return
    }
    if unsafe UInt8(truncatingIfNeeded: levels[0]) == UInt8(ascii: "y") { return }
    let left = unsafe strtol(levels, nil, 10)
    if left > 1 {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16) { memory in
            guard let start = memory.baseAddress else { return }
            var text = unsafe clinux_text(memory: start, capacity: memory.count, length: 0)
            unsafe clinux_put_decimal(&text, UInt32(clamping: left - 1))
            unsafe clinux_put(&text, 0)
            _ = unsafe setenv("AUTHBIND_LEVELS", start, 1)
        }
    } else {
        _ = unsafe unsetenv("AUTHBIND_LEVELS")
        if left < 1 { removeLibrary() }
    }
}

/// Removes the first occurrence of the library from LD_PRELOAD.
private func removeLibrary() {
    guard let library = unsafe getenv("AUTHBIND_LIB"), let list = unsafe getenv("LD_PRELOAD"),
        let rest = unsafe strdup(list)
    else { return }
    defer { unsafe free(rest) }
    let length = unsafe strlen(library)
    var start = unsafe rest
    while length > 0 {
        let end = unsafe start + strcspn(start, ":")
        if unsafe end - start == length, unsafe memcmp(start, library, length) == 0 {
            unsafe remove(start, end, from: rest)
            return
        }
        if unsafe end.pointee == 0 { return }
        unsafe start = end + 1
    }
}

/// Sets LD_PRELOAD to the list `rest` without the text between `start` and `end` and one adjacent colon.
private func remove(
    _ start: UnsafeMutablePointer<CChar>,
    _ end: UnsafeMutablePointer<CChar>,
    from rest: UnsafeMutablePointer<CChar>
) {
    if unsafe end.pointee != 0 {
        unsafe memmove(start, end + 1, strlen(end + 1) + 1)
    } else if unsafe start == rest {
        _ = unsafe unsetenv("LD_PRELOAD")
        return
    } else {
        unsafe (start - 1).pointee = 0
    }
    _ = unsafe setenv("LD_PRELOAD", rest, 1)
}
