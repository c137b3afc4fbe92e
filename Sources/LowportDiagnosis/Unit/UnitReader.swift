// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Reads services from the files of the machine.
enum UnitReader {
    /// The service with the name `text`.
    static func service(_ text: ByteString) throws(BindQuestion.ResolutionError) -> ServiceUnit {
        guard let asked = UnitName(text), asked.suffix == ".service", asked.instance != "" else {
            throw .noSuchUnit(text)
        }
        let files: UnitFiles
        do throws(UnitFiles.SearchError) { files = try UnitFiles(asked) } catch {
            switch error {
            case .missing: throw .noSuchUnit(asked.text)
            case .masked(let path): throw .invalidUnit("\(path): \(asked.text) is masked, and cannot be started")
            case .unreadable(let path, let error): throw .invalidUnit("\(path): \(error.sentence)")
            }
        }
        let settings = try settings("Service", files)
        var unit = ServiceUnit(
            name: files.name,
            settings: settings,
            doFiltersImplyNoNewPrivileges: (managerVersion ?? 0) < 255
        )
        guard let command = unit.command else {
            throw .invalidUnit("\(files.fragment): \(unit.name.text) starts nothing")
        }
        guard !unit.start.words.isEmpty else {
            throw .invalidUnit("\(command.setting.place): the words after lowport run or authbind are wrong")
        }
        unit.sockets = sockets(of: unit, asked)
        return unit
    }

    private static func settings(
        _ section: ByteString,
        _ files: UnitFiles
    ) throws(BindQuestion.ResolutionError) -> UnitSettings {
        do throws(UnitSettings.FileError) { return try UnitSettings(section: section, of: files) } catch {
            throw .invalidUnit(error.text)
        }
    }

    /// The sockets of the socket unit with the name of the service, and of those that `Sockets=` names.
    private static func sockets(of unit: ServiceUnit, _ asked: UnitName) -> [UnitSocket] {
        let named = unit.settings.list("Sockets").flatMap { UnitWords.list(unit.name.expanding($0.value) ?? $0.value) }
        let own = [unit.name, asked].map { ByteString($0.text.bytes.dropLast($0.suffix.count)) + ".socket" }
        var seen: Set<ByteString> = []
        return (own + named).filter { seen.insert($0).inserted }.flatMap { text -> [UnitSocket] in
            guard let name = UnitName(text), name.suffix == ".socket", let files = try? UnitFiles(name),
                let settings = try? UnitSettings(section: "Socket", of: files)
            else { return [] }
            // It may be for another service.
            if let other = settings.last("Service"), other.value != unit.name.text, !named.contains(text) { return [] }
            return UnitSocket.all(of: files.name, settings)
        }
    }

    /// The version of the service manager that is installed; nil if it does not say.
    private static var managerVersion: UInt64? {
        let paths: [ByteString] = ["/usr/bin/systemctl", "/bin/systemctl"]
        guard let path = paths.first(where: { (try? FileStatus(of: $0)) != nil }),
            let answer = try? capturedOutput(ofProgramAt: path, arguments: ["systemctl", "--version"], limit: 4096)
        else { return nil }
        // The first line is `systemd 252 (252.38-1~deb12u1)`.
        return UnitWords.list(answer.text).dropFirst().first.flatMap { Digits.number($0) }
    }
}
