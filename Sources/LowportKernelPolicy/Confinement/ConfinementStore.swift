// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicyInventory

/// The storage of the confinement record. It must survive a reboot.
struct ConfinementStore: Sendable {
    private let file: StateFile

    static let system = ConfinementStore()

    /// - Parameters:
    ///   - parent: the directory that contains the `lowport` directory.
    ///   - owner: the required owner of the directory and the file.
    init(parent: ByteString = "/var/lib", owner: UserID = .root) {
        file = StateFile("confinement", parent: parent, owner: owner)
    }

    /// The path of the record.
    var path: ByteString { file.path }

    /// The result of reading the record.
    enum Found: Sendable {
        case usable(ConfinementRecord)
        case absent
        /// A file exists but cannot be trusted; the value is the reason.
        case unusable(ByteString)

        var record: ConfinementRecord? { if case .usable(let record) = self { record } else { nil } }
    }

    /// Reads the record, if only the required owner can have written it.
    func read() -> Found {
        do throws(StateFile.StateError) {
            guard let record = ConfinementRecord(try file.read()) else {
                return .unusable("\(path): is not what was written there")
            }
            return .usable(record)
        } catch { return error.isAbsence ? .absent : .unusable(error.text) }
    }

    /// Replaces the record atomically: after a crash, the file contains the old or the new record.
    func write(_ record: ConfinementRecord) throws(StateFile.StateError) { try file.write(record.byteString) }
}
