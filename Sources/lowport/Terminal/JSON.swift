// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Linux

/// Writes `value` as one JSON object: sorted keys in snake case, so that the same answer has the same bytes.
func sayJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    try say(ByteString([UInt8](encoder.encode(value))))
}
