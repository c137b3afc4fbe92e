// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import Linux

/// Writes `value` as one JSON object: sorted keys in snake case, so that the same answer has the same bytes.
///
/// - Parameter keysAreFinal: whether every key is one word already; to look at each key of ten thousand rules takes time.
func sayJSON(_ value: some Encodable, keysAreFinal: Bool = false) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    if !keysAreFinal { encoder.keyEncodingStrategy = .convertToSnakeCase }
    try say(ByteString([UInt8](encoder.encode(value))))
}
