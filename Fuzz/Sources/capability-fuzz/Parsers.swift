// SPDX-License-Identifier: Apache-2.0
import Capabilities
import Linux

private func bytes(_ data: UnsafePointer<UInt8>?, _ size: Int) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: data, count: size))
}

private func require(_ condition: Bool, _ message: StaticString) {
    if !condition { fatalError("\(message)") }
}

/// What a text says, its printed form says again; and every error lies in the text.
func fuzzText(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let text = ByteString(unsafe bytes(data, size))
    for kernel in [KernelCapabilities(count: 41), KernelCapabilities(count: 1), KernelCapabilities(count: 64)] {
        do throws(CapabilityTextError) {
            let state = try CapabilityState(text: text, kernel: kernel)
            let again = try CapabilityState(text: state.text(kernel: kernel), kernel: kernel)
            require(again == state, "the printed text means something else")
        } catch {
            require(error.offset >= 0 && error.offset <= text.count, "the error lies outside of the text")
        }
    }
    return 0
}

/// What can be decoded is encoded in at most 24 bytes that mean the same.
func fuzzAttribute(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    guard let capabilities = try? FileCapabilities(attribute: unsafe bytes(data, size)) else { return 0 }
    let encoded = capabilities.attribute
    require(encoded.count <= 24 && (try? FileCapabilities(attribute: encoded)) == capabilities, "encoding changes it")
    require(FileCapabilities(capabilities.state, rootUser: capabilities.rootUser) != nil, "its state fits no file")
    return 0
}

/// What vectors say, their printed form says again.
func fuzzVectors(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let kernel = KernelCapabilities(count: 64)
    guard let vectors = try? InheritedCapabilities(text: ByteString(unsafe bytes(data, size))) else { return 0 }
    let again = try? InheritedCapabilities(text: vectors.text(kernel: kernel))
    require(again == vectors, "the printed vectors mean something else")
    return 0
}

/// What the external form says, it says again in 29 bytes.
func fuzzExternalForm(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    guard let state = CapabilityState(externalForm: unsafe bytes(data, size)) else { return 0 }
    require(CapabilityState(externalForm: state.externalForm) == state, "the external form means something else")
    return 0
}

/// A file that is read is written again byte by byte: there is one way to write it.
func fuzzSaved(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let text = ByteString(unsafe bytes(data, size))
    guard let entries = try? SavedCapabilities.entries(in: text) else { return 0 }
    require(SavedCapabilities.text(of: entries) == text, "the file is written in another way")
    return 0
}
