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
    guard result != 0, isForHelper(clinux_errno()), let address = unsafe address,
        let request = unsafe HelperRequest(address, length),
        clinux_errno() == EACCES || request.isOfLowPort && geteuid() != 0
    else { return result }
    let refusal = request.send(socket: descriptor)
    if refusal != 0 { request.tell(refusal, socket: descriptor) }
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
