// SPDX-License-Identifier: Apache-2.0
internal import CLinux

// Which programs the library reaches: authbind's environment variables, kept exactly.

/// Leaves the library in the environment for the programs that this one starts, or takes it out.
///
/// AUTHBIND_LEVELS says for how many levels of programs it is to stay: for ever if it begins with `y`; otherwise it is
/// counted down, and without it, or at 0, the library goes from LD_PRELOAD. AUTHBIND_LIB says what it is called there.
func inheritOrEnd() {
    guard let levels = unsafe getenv("AUTHBIND_LEVELS") else {
        removeLibrary()
        return
    }
    if unsafe UInt8(bitPattern: levels[0]) == UInt8(ascii: "y") { return }
    let left = unsafe strtol(levels, nil, 10)
    if left > 1 {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16) { text in
            var writer = unsafe TextWriter(text)
            let start = unsafe writer.start()
            writer.write(decimal: UInt32(clamping: left - 1))
            writer.finish()
            _ = unsafe setenv("AUTHBIND_LEVELS", start, 1)
        }
    } else if left == 1 {
        _ = unsafe unsetenv("AUTHBIND_LEVELS")
    } else {
        removeLibrary()
    }
}

/// Takes the first mention of the library out of LD_PRELOAD.
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

/// Sets LD_PRELOAD to the list `rest` without what stands between `start` and `end` and one colon beside it.
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
