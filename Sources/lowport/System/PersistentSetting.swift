// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// Why a setting of the kernel could not be made.
struct SettingError: Error {
    let path: ByteString
    let error: Errno
}

/// The threshold of ports, now and after the next start of the machine.
struct PersistentSetting {
    private let number: UInt32

    /// The threshold `number`.
    static func threshold(_ number: UInt32) -> PersistentSetting { PersistentSetting(number: number) }

    private static let folder: ByteString = "/etc/sysctl.d"
    private static let name: ByteString = "99-lowport.conf"

    /// Writes the file of sysctl.d(5) first, and then tells the kernel: what is in force is never what a start forgets.
    func store() throws(SettingError) {
        try failing(at: "\(Self.folder)/\(Self.name)") { () throws(Errno) in try writeFile() }
        try failing(at: PortThreshold.path) { () throws(Errno) in try PortThreshold.set(number) }
    }

    private func writeFile() throws(Errno) {
        let etc = try FileDescriptor.open("/etc", [.pathOnly, .directory])
        do { try etc.makeDirectory("sysctl.d", mode: FileMode(rawValue: 0o755)) } catch {
            if error != .fileExists { throw error }
        }
        let folder = try FileDescriptor.open(Self.folder, [.readOnly, .directory])
        let temporary: ByteString = ".\(Self.name).new"
        try? folder.unlink(temporary)
        let file = try FileDescriptor.open(temporary, [.writeOnly, .create, .exclusive, .noFollow], in: folder)
        do {
            try file.write(
                "# Written by lowport(8): from this port on, everybody may bind.\n\(PortThreshold.key) = \(number)\n"
            )
            try file.setMode(FileMode(rawValue: 0o644))
            try file.synchronize()
            try folder.rename(temporary, to: Self.name)
        } catch {
            try? folder.unlink(temporary)
            throw error
        }
        try folder.synchronize()
    }

    private func failing(at path: ByteString, _ body: () throws(Errno) -> Void) throws(SettingError) {
        do throws(Errno) { try body() } catch { throw SettingError(path: path, error: error) }
    }
}
