// SPDX-License-Identifier: Apache-2.0
import LowportCapabilities
import LowportLinux

extension Property {
    /// What says which capabilities there are.
    static let capabilities = [
        Property(name: "text", check: checkText),
        Property(name: "attribute", check: checkAttribute),
        Property(name: "vectors", check: checkVectors),
        Property(name: "external", check: checkExternalForm),
        Property(name: "saved", check: checkSaved),
    ]
}

/// What a text says, its printed form says again; and every error lies in the text.
private func checkText(_ bytes: [UInt8]) throws {
    let text = ByteString(bytes)
    for kernel in [KernelCapabilities(count: 41), KernelCapabilities(count: 1), KernelCapabilities(count: 64)] {
        let state: CapabilityState
        do { state = try CapabilityState(text: text, kernel: kernel) } catch {
            try require(error.offset >= 0 && error.offset <= text.count, "the error lies outside of the text")
            continue
        }
        let again = try? CapabilityState(text: state.text(kernel: kernel), kernel: kernel)
        try require(again == state, "the printed text means something else")
    }
}

/// What can be decoded is encoded in at most 24 bytes that mean the same.
private func checkAttribute(_ bytes: [UInt8]) throws {
    guard let capabilities = try? FileCapabilities(attribute: bytes) else { return }
    let encoded = capabilities.attribute
    try require(
        encoded.count <= 24 && (try? FileCapabilities(attribute: encoded)) == capabilities,
        "encoding changes it"
    )
    try require(FileCapabilities(capabilities.state, rootUser: capabilities.rootUser) != nil, "its state fits no file")
}

/// What vectors say, their printed form says again.
private func checkVectors(_ bytes: [UInt8]) throws {
    let kernel = KernelCapabilities(count: 64)
    guard let vectors = try? InheritedCapabilities(text: ByteString(bytes)) else { return }
    let again = try? InheritedCapabilities(text: vectors.text(kernel: kernel))
    try require(again == vectors, "the printed vectors mean something else")
}

/// What the external form says, it says again in 29 bytes.
private func checkExternalForm(_ bytes: [UInt8]) throws {
    guard let state = CapabilityState(externalForm: bytes) else { return }
    try require(CapabilityState(externalForm: state.externalForm) == state, "the external form means something else")
}

/// A file that is read is written again byte by byte: there is one way to write it.
private func checkSaved(_ bytes: [UInt8]) throws {
    let text = ByteString(bytes)
    guard let entries = try? SavedCapabilities.entries(in: text) else { return }
    try require(SavedCapabilities.text(of: entries) == text, "the file is written in another way")
}
