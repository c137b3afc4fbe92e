// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// The release that `make build` left in the repository.
package enum Release {
    /// The root of the repository.
    package static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The path of the stripped program or library with the file name `name`.
    package static func path(_ name: String) -> String { "\(repository)/.build-dist/\(name)" }

    /// Whether there is one.
    package static let isBuilt = FileManager.default.isExecutableFile(atPath: path("lowport-admin"))
}
