// SPDX-License-Identifier: Apache-2.0

@c(setcap_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    try? InheritedDescriptor.standardOutput.write("hello \(count) \(Errno.permissionDenied.message)\n")
    return 0
}
