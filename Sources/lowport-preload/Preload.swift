// SPDX-License-Identifier: Apache-2.0
public import CLinux

@c(bind)
public func interposedBind(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t) -> Int32 {
    return -1
}
@section(".init_array") @used
let constructor: @convention(c) () -> Void = { clinux_set_errno(0) }
