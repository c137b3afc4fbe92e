// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Reads services from the files of the machine.
enum UnitReader {
    /// The service with the name `text`.
    static func service(_ text: ByteString) throws(BindQuestion.ResolutionError) -> ServiceUnit {
        guard let asked = UnitName(text), asked.suffix == ".service", asked.instance != "" else {
            throw .noSuchUnit(text)
        }
        let files = try files(asked)
        let settings = try settings("Service", files)
        var unit = ServiceUnit(name: files.name, settings: settings, manager: .installed)
        guard let command = unit.command else {
            throw .invalidUnit("\(files.fragment): \(unit.name.text) starts nothing")
        }
        guard !unit.start.words.isEmpty else {
            throw .invalidUnit("\(command.setting.place): the words after lowport run or authbind are wrong")
        }
        do throws(UnitSettings.FileError) { try unit.checkSpecifiers() } catch { throw .invalidUnit(error.text) }
        let wants = try Self.settings("Unit", files)
        let wanted = ["Wants", "Requires", "BindsTo"].flatMap { (name: ByteString) in wants.list(name) }
        try readSockets(of: &unit, files, wanted: wanted.flatMap { UnitWords.unquoted($0.value) })
        return unit
    }

    private static func files(_ asked: UnitName) throws(BindQuestion.ResolutionError) -> UnitFiles {
        do throws(UnitFiles.SearchError) { return try UnitFiles(asked) } catch {
            switch error {
            case .missing: throw .noSuchUnit(asked.text)
            case .masked(let path): throw .invalidUnit("\(path): \(asked.text) is masked, and cannot be started")
            case .unreadable(let path, let error): throw .unreadableUnit("\(path): \(error.sentence)", error)
            }
        }
    }

    private static func settings(
        _ section: ByteString,
        _ files: UnitFiles
    ) throws(BindQuestion.ResolutionError) -> UnitSettings {
        do throws(UnitSettings.FileError) { return try UnitSettings(section: section, of: files) } catch {
            if let cause = error.error { throw .unreadableUnit(error.text, cause) }
            throw .invalidUnit(error.text)
        }
    }

    /// Reads the socket unit with a name of the service, and those that `Sockets=` names.
    ///
    /// Those that `Sockets=` names are started before the service; another one counts only if something starts it.
    /// - Parameter wanted: the units that the service starts.
    private static func readSockets(
        of unit: inout ServiceUnit,
        _ files: UnitFiles,
        wanted: [ByteString]
    ) throws(BindQuestion.ResolutionError) {
        let named = unit.settings.list("Sockets")
            .flatMap { UnitWords.unquoted(unit.name.expanding($0.value) ?? $0.value) }
        let own = files.names.map { ByteString($0.text.bytes.dropLast($0.suffix.count)) + ".socket" }
        let started = named + wanted.map { unit.name.expanding($0) ?? $0 }
        var seen: Set<ByteString> = []
        for text in own + named where seen.insert(text).inserted {
            guard let name = UnitName(text), name.suffix == ".socket", let found = try socketFiles(name) else {
                continue
            }
            let settings: UnitSettings
            // A socket unit with an error passes nothing on.
            do throws(BindQuestion.ResolutionError) { settings = try Self.settings("Socket", found) } catch {
                if case .invalidUnit = error { continue }
                throw error
            }
            // It may be for another service.
            let isForAnother = settings.last("Service").map { $0.value != unit.name.text } ?? false
            if isForAnother, !named.contains(text) { continue }
            let install = try Self.settings("Install", found)
            let sockets = UnitSocket.all(of: found.name, settings, isIPv6OnlyByDefault: isIPv6OnlyByDefault)
                .map { socket in
                    var socket = socket
                    socket.isInstallable = ["WantedBy", "RequiredBy"].contains { !install.list($0).isEmpty }
                    return socket
                }
            let isStarted = found.names.contains { started.contains($0.text) }
            if try isStarted ? true : isWanted(found) {
                unit.sockets += sockets
            } else {
                unit.idleSockets += sockets
            }
        }
    }

    /// The files of a socket unit; nil if there is none that can be started.
    private static func socketFiles(_ name: UnitName) throws(BindQuestion.ResolutionError) -> UnitFiles? {
        do throws(BindQuestion.ResolutionError) { return try files(name) } catch {
            switch error {
            case .unreadableUnit: throw error
            default: return nil
            }
        }
    }

    private static func isWanted(_ files: UnitFiles) throws(BindQuestion.ResolutionError) -> Bool {
        do throws(UnitFiles.SearchError) { return try files.isWanted() } catch {
            guard case .unreadable(let path, let error) = error else { return false }
            throw .unreadableUnit("\(path): \(error.sentence)", error)
        }
    }

    /// Whether sockets for `::` refuse IPv4 unless they are told otherwise (ipv6(7)).
    private static var isIPv6OnlyByDefault: Bool {
        let file = try? FileDescriptor.open("/proc/sys/net/ipv6/bindv6only", .readOnly)
        return (try? file?.readToEnd(limit: 16))?.first == UInt8(ascii: "1")
    }
}
