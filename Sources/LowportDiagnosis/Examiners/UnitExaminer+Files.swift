// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// What the settings of a unit keep from its program: the program itself, its loader and its libraries.
extension UnitExaminer {
    /// What is not there, and without which systemd does not start the service.
    func missing(_ context: BindContext, _ unit: ServiceUnit) -> [Obstacle] {
        let closed = unit.workingDirectory.flatMap { isWorkingDirectoryClosed ? $0 : nil }
        return unit.missing.map { Obstacle(text: "\($0.setting.text) is needed for the start: there is no \($0.path)") }
            + [closed].compactMap { $0 }
            .map { Obstacle(text: "\($0.setting.text) is needed for the start: \(context.user) may not search it") }
    }

    /// What brings about the start that something is missing for.
    func remediesForMissing(_ unit: ServiceUnit) -> [Remedy] {
        unit.missing.map { need in
            let option: ByteString = need.canBeOptional ? ", or write - before it in \(need.setting.place)" : ""
            return Remedy(.unblock, advice: "make \(need.path)\(option)")
        }
    }

    func files(_ context: BindContext, _ unit: ServiceUnit) -> [Obstacle] {
        let program = context.program.map { $0.scripts + [$0.path] } ?? []
        // The way to the program may lead over links that it does not see.
        let written = [unit.program].compactMap { $0 }.filter { $0.hasPrefix("/") && context.program != nil }
        let started = (written + program + parts).uniqued.flatMap { obstacles(unit, $0, $0) }
        var places: Set<ByteString> = []
        let loaded = libraries.found.flatMap { path -> [Obstacle] in
            let directory = LibrarySearch.directory(of: path.withoutLinks)
            return obstacles(unit, path, directory).filter { places.insert($0.lift ?? $0.text).inserted }
        }
        return (started + loaded).map { obstacle in
            // Nothing says that the program starts with what is known of it.
            var obstacle = obstacle
            if !libraries.isComplete { obstacle.lift = nil }
            return obstacle
        }.uniqued
    }

    /// What keeps the file `path` from the program.
    /// - Parameter place: the file or the directory that a drop-in allows to execute.
    private func obstacles(_ unit: ServiceUnit, _ path: ByteString, _ place: ByteString) -> [Obstacle] {
        if let setting = unit.refusal(toSee: path) {
            let lift: ByteString? = setting == unit.protectedHome ? "ProtectHome=read-only" : nil
            return [Obstacle(text: "\(setting.text) hides \(path)", lift: lift)]
        }
        guard let setting = unit.refusal(toExecute: path) else { return [] }
        // A path with a blank or with marks cannot be written as it is.
        let isPlain =
            UnitWords.split(place) == [place] && !place.bytes.contains(UInt8(ascii: "%"))
            && !place.bytes.contains(UInt8(ascii: ":"))
        let lift: ByteString? = isPlain ? "ExecPaths=\(place)" : nil
        return [Obstacle(text: "\(setting.text) keeps it from executing \(path)", lift: lift)]
    }

    /// What is not known about the files, as sentences.
    func unknownFiles(_ unit: ServiceUnit, _ context: BindContext) -> [ByteString] {
        if unit.command?.isUnrestricted == true { return [] }
        var notes = unit.unknownPaths.map { setting, specifier in
            "\(setting.text): what \(specifier) stands for is known only when it starts" as ByteString
        }
        guard unit.limitsFiles, context.program != nil else { return notes }
        if !libraries.isComplete {
            notes.append(
                "not all libraries that the program needs were found, so that it may not start with these limits"
            )
        }
        return notes
    }
}

extension [UnitExaminer.Obstacle] {
    fileprivate var uniqued: [UnitExaminer.Obstacle] {
        var seen: Set<UnitExaminer.Obstacle> = []
        return filter { seen.insert($0).inserted }
    }
}

extension [ByteString] {
    fileprivate var uniqued: [ByteString] {
        var seen: Set<ByteString> = []
        return filter { seen.insert($0).inserted }
    }
}
