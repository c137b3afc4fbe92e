// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import LowportLinux

/// The programs of this package, as the build that made the tests made them.
package enum Products {
    /// The directory that the build puts programs and test bundles in.
    package static let directory: String = {
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
            return bundle.bundleURL.deletingLastPathComponent().path
        }
        return Bundle.main.bundleURL.path
    }()

    /// The path of the program or library with the file name `name`.
    package static func path(_ name: String) -> String { "\(directory)/\(name)" }
}

/// What this run of the tests may do.
package enum Privilege {
    /// Whether the tests run as root, and so with namespaces, file capabilities and other users.
    package static let isRoot = CurrentProcess.effectiveUser == .root
}
