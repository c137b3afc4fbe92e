// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import LowportLinux

/// Writes `value` as one JSON object: sorted keys in snake case, so that equal answers have equal bytes.
///
/// - Parameters:
///   - isOneLine: whether to write a single line, as one object of many.
///   - keysAreFinal: whether every key is already a single word; converting each key of ten thousand rules takes time.
func printJSON(_ value: some Encodable, isOneLine: Bool = false, keysAreFinal: Bool = false) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if !isOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
    if !keysAreFinal { encoder.keyEncodingStrategy = .convertToSnakeCase }
    try write(ByteString([UInt8](encoder.encode(value))).withoutHiddenCharactersOfJSON + "\n")
}
