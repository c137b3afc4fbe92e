// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// The original's library, as an oracle for texts.
@safe struct Libcap {
    private typealias FromText = @convention(c) (UnsafePointer<CChar>) -> OpaquePointer?
    private typealias ToText = @convention(c) (OpaquePointer, UnsafeMutableRawPointer?) -> UnsafeMutablePointer<CChar>?
    private typealias IABToText = @convention(c) (OpaquePointer) -> UnsafeMutablePointer<CChar>?
    private typealias Free = @convention(c) (UnsafeMutableRawPointer) -> Int32
    private typealias Copy = @convention(c) (UnsafeMutableRawPointer, OpaquePointer, Int) -> Int

    private let fromText: FromText
    private let toText: ToText
    private let vectorsFromText: FromText
    private let vectorsToText: IABToText
    private let free: Free
    private let copy: Copy

    /// Loads the library; nil if it is not installed.
    init?() {
        guard let library = unsafe dlopen("libcap.so.2", RTLD_NOW),
            let fromText = unsafe dlsym(library, "cap_from_text"), let toText = unsafe dlsym(library, "cap_to_text"),
            let vectorsFromText = unsafe dlsym(library, "cap_iab_from_text"),
            let vectorsToText = unsafe dlsym(library, "cap_iab_to_text"),
            let free = unsafe dlsym(library, "cap_free"), let copy = unsafe dlsym(library, "cap_copy_ext")
        else { return nil }
        unsafe self.fromText = unsafeBitCast(fromText, to: FromText.self)
        unsafe self.toText = unsafeBitCast(toText, to: ToText.self)
        unsafe self.vectorsFromText = unsafeBitCast(vectorsFromText, to: FromText.self)
        unsafe self.vectorsToText = unsafeBitCast(vectorsToText, to: IABToText.self)
        unsafe self.free = unsafeBitCast(free, to: Free.self)
        unsafe self.copy = unsafeBitCast(copy, to: Copy.self)
    }

    /// What the library reads in `text`: its own text of it, and the external form; nil if it refuses it.
    func read(_ text: [UInt8]) -> (text: [UInt8], form: [UInt8])? {
        let terminated = text.map { CChar(bitPattern: $0) } + [0]
        guard let state = unsafe fromText(terminated) else { return nil }
        defer { _ = unsafe free(UnsafeMutableRawPointer(state)) }
        var form = [UInt8](repeating: 0, count: 64)
        let size = unsafe form.withUnsafeMutableBytes { form in
            unsafe form.baseAddress.map { unsafe copy($0, state, 64) } ?? 0
        }
        guard let printed = unsafe toText(state, nil) else { return nil }
        return (unsafe bytes(takenFrom: printed), Array(form[..<size]))
    }

    /// What the library prints of the inheritance vectors that it reads in `text`; nil if it refuses it.
    func readVectors(_ text: [UInt8]) -> [UInt8]? {
        let terminated = text.map { CChar(bitPattern: $0) } + [0]
        guard let vectors = unsafe vectorsFromText(terminated) else { return nil }
        defer { _ = unsafe free(UnsafeMutableRawPointer(vectors)) }
        return unsafe vectorsToText(vectors).map { unsafe bytes(takenFrom: $0) }
    }

    private func bytes(takenFrom text: UnsafeMutablePointer<CChar>) -> [UInt8] {
        defer { _ = unsafe free(text) }
        return unsafe (0..<strlen(text)).map { UInt8(bitPattern: unsafe text[$0]) }
    }
}
