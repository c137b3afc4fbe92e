// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// What cannot be seen from within a user namespace.
enum NamespaceHealth {
    static func findings() -> [HealthDiagnostic] {
        guard let root = try? FileStatus(of: "/"), Namespaces.hides(root.owner) else { return [] }
        let text: ByteString =
            "this user namespace does not show who owns the files of the machine: their owners were not checked"
        return [HealthDiagnostic("namespace", .note, text, remedy: "lowport doctor, outside of the user namespace")]
    }
}
