// SPDX-License-Identifier: Apache-2.0

extension [ByteString] {
    /// Copies the arguments that the entry point of a program receives.
    @unsafe package init(
        argumentCount count: Int32,
        arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    ) {
        self = (0..<Int(count)).map { unsafe ByteString(cString: arguments[$0]) }
    }
}
