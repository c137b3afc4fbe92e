// SPDX-License-Identifier: Apache-2.0
public import LowportCLinux

// The library that authbind(1) loads before a program's own libraries. It runs inside programs that do not expect it,
// so `bind` takes no lock, allocates nothing and leaves errno, signals and children alone.

/// The `bind` function that would be called without this library.
nonisolated(unsafe) var nextBind: clinux_bind_function?

/// The path of the helper, which is in the directory of this library.
nonisolated(unsafe) var helperPath: UnsafeMutablePointer<CChar>?

/// Whether standard error, which was open at the start, gets the line about a refusal even if it is no terminal.
nonisolated(unsafe) var isVerbose = false

/// Replaces the standard `bind`, and calls the standard `bind` first.
///
/// If the kernel refuses the bind with EACCES, as for low ports, the helper is asked. The helper is also asked if the
/// bind of a low port fails before the kernel checks the permission, because a refusal must be reported first. See
/// bind(2).
@c(bind)
public func interposedBind(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t) -> Int32 {
    let error = clinux_errno()
    let result = unsafe nativeBind(descriptor, address, length)
    var request = unsafe clinux_helper_request()
    guard result != 0, isForHelper(clinux_errno()), let address = unsafe address,
        unsafe clinux_parse_request(&request, address, length),
        unsafe clinux_errno() == EACCES || clinux_is_low_port(&request) && geteuid() != 0
    else { return result }
    let refusal = unsafe ask(&request, socket: descriptor)
    // Other errors are no answer of the policy.
    if refusal == EPERM || refusal == EACCES, unsafe isVerbose || isatty(2) == 1 {
        unsafe clinux_tell_refusal(&request, descriptor, clinux_refusal_reason(refusal))
    }
    clinux_set_errno(refusal == 0 ? error : refusal)
    return refusal == 0 ? 0 : -1
}

/// Whether a bind that failed with `error` may still need a decision. For these errors, the kernel has read the
/// address, so this process may read it too: the kernel detects a descriptor that is not a socket, ENOTSOCK, earlier.
private func isForHelper(_ error: Int32) -> Bool {
    switch error {
    case EACCES, EADDRNOTAVAIL, EAFNOSUPPORT, EINVAL: true
    default: false
    }
}

private func nativeBind(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t) -> Int32 {
    // Not found yet if the constructor of another library calls `bind` before ours has run.
    if let nextBind = unsafe nextBind { return unsafe nextBind(descriptor, address, length) }
    return unsafe clinux_bind(descriptor, address, length)
}

/// Asks the helper to bind `socket`.
/// - Returns: 0, or the number of the error that `bind` must fail with.
private func ask(_ request: UnsafePointer<clinux_helper_request>, socket: Int32) -> Int32 {
    guard let path = unsafe helperPath else { return EACCES }
    var startError: Int32 = 0
    let refusal = unsafe clinux_ask_helper(request, path, socket, &startError)
    if startError != 0 { unsafe printStartError(path) }
    return refusal
}

/// Prints, in authbind's words, that the helper could not be started.
private func printStartError(_ path: UnsafePointer<CChar>) {
    let text: StaticString = "libauthbind: possible installation problem - could not invoke "
    _ = unsafe write(2, text.utf8Start, text.utf8CodeUnitCount)
    // Another user may have named the directory: on a terminal, replace unprintable bytes. Allocate nothing here.
    let isTerminal = isatty(2) == 1
    for index in unsafe 0..<strlen(path) {
        var byte = unsafe path[index]
        if isTerminal, !(0x20...0x7E).contains(byte) { byte = CChar(UInt8(ascii: "?")) }
        _ = unsafe write(2, &byte, 1)
    }
    let end: StaticString = "\n"
    _ = unsafe write(2, end.utf8Start, end.utf8CodeUnitCount)
}

/// Runs when the library is loaded, while the program has one thread and may allocate.
@section(".init_array") @used
let constructor: @convention(c) () -> Void = {
    unsafe nextBind = clinux_next_bind()
    findHelper()
    unsafe isVerbose = getenv("LOWPORT_VERBOSE") != nil && clinux_fcntl(2, F_GETFD, 0) >= 0
    inheritOrEnd()
}

private func findHelper() {
    guard let library = unsafe clinux_object_path(&helperPath), let path = unsafe realpath(library, nil),
        let slash = unsafe strrchr(path, CInt(UInt8(ascii: "/")))
    else { return }
    let directory = unsafe slash - path + 1
    let name: StaticString = "lowport-helper"
    guard let buffer = unsafe malloc(directory + name.utf8CodeUnitCount + 1) else { return }
    let helper = unsafe buffer.assumingMemoryBound(to: CChar.self)
    unsafe memcpy(helper, path, directory)
    // A static string ends with a NUL.
    unsafe memcpy(helper + directory, name.utf8Start, name.utf8CodeUnitCount + 1)
    unsafe helperPath = helper
    unsafe free(path)
}
