// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import Linux

/// Writes `value` as one JSON object: sorted keys in snake case, so that the same answer has the same bytes.
///
/// - Parameters:
///   - isOneLine: whether it stands on one line, as one of many.
///   - keysAreFinal: whether every key is one word already; to look at each key of ten thousand rules takes time.
func printJSON(_ value: some Encodable, isOneLine: Bool = false, keysAreFinal: Bool = false) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if !isOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
    if !keysAreFinal { encoder.keyEncodingStrategy = .convertToSnakeCase }
    try write(ByteString([UInt8](encoder.encode(value))).withoutHiddenCharactersOfJSON + "\n")
}
