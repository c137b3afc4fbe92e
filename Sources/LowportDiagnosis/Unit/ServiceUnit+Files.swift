// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Which files the settings of a service keep from its program (systemd.exec(5), "Sandboxing").
///
/// Paths are compared without their links, as systemd follows the links before it mounts.
extension ServiceUnit {
    /// The assignment because of which the program may not execute the file `path`; nil if it may.
    func refusal(toExecute path: ByteString) -> UnitSettings.Setting? {
        if command?.isUnrestricted == true { return nil }
        let path = path.withoutLinks
        let rules = paths("NoExecPaths").map { ($0, false) } + paths("ExecPaths").map { ($0, true) }
        let nearest = rules.filter { path.isAt($0.0.path) }.max { $0.0.path.count < $1.0.path.count }
        return nearest.flatMap { $0.1 ? nil : $0.0.setting }
    }

    /// The assignment because of which the program does not see the file `path`, or a link on the way to it; nil if it
    /// does.
    func refusal(toSee path: ByteString) -> UnitSettings.Setting? {
        let (bound, hidden) = (bound, hidden)
        for place in path.withItsLinks where !bound.contains(where: { place.isAt($0.path) }) {
            if let setting = hidden.first(where: { place.isAt($0.path) })?.setting { return setting }
        }
        return nil
    }

    /// The places where other files are seen.
    var bound: [(path: ByteString, setting: UnitSettings.Setting)] { paths("BindPaths") + paths("BindReadOnlyPaths") }

    /// Whether one of its settings keeps files from its program.
    var limitsFiles: Bool { !hidden.isEmpty || !paths("NoExecPaths").isEmpty }

    /// The places that the program does not see as they are. With a `+` before the command, there are only those of
    /// `TemporaryFileSystem=`.
    private var hidden: [(path: ByteString, setting: UnitSettings.Setting)] {
        func places(_ setting: UnitSettings.Setting?, _ paths: [ByteString]) -> [(ByteString, UnitSettings.Setting)] {
            setting.map { setting in paths.map { ($0.withoutLinks, setting) } } ?? []
        }
        let mounted = paths("TemporaryFileSystem")
        if command?.isUnrestricted == true { return mounted }
        return places(protectedHome, ["/home", "/root", "/run/user"])
            + places(settings.enabled("PrivateTmp"), ["/tmp", "/var/tmp"])
            + paths("InaccessiblePaths") + mounted
    }

    /// The assignment of `ProtectHome=` that hides the directories of users.
    var protectedHome: UnitSettings.Setting? {
        settings.last("ProtectHome").flatMap { $0.value == "tmpfs" || UnitWords.flag($0.value) == true ? $0 : nil }
    }

    /// The settings that give the program other files than those of the machine, whose effect is not examined.
    var foreignRoot: UnitSettings.Setting? {
        let names: [ByteString] = [
            "RootDirectory", "RootImage", "MountImages", "ExtensionImages", "ExtensionDirectories",
        ]
        return names.lazy.compactMap { settings.list($0).last }.first
    }

    /// The assignments with a path in which a specifier is known only when the service starts, and that specifier.
    var unknownPaths: [(setting: UnitSettings.Setting, specifier: ByteString)] {
        let names: [ByteString] = [
            "NoExecPaths", "ExecPaths", "InaccessiblePaths", "TemporaryFileSystem", "BindPaths", "BindReadOnlyPaths",
        ]
        return names.flatMap { settings.list($0) }
            .compactMap { setting in name.unknownSpecifier(in: setting.value).map { (setting, $0) } }
    }

    /// The paths of the list `setting`. After a colon, a path is followed by options, or by the place where it is
    /// seen.
    func paths(_ setting: ByteString) -> [(path: ByteString, setting: UnitSettings.Setting)] {
        let isBind = setting.hasPrefix("Bind")
        return settings.list(setting).flatMap { one in
            UnitWords.unquoted(one.value).flatMap { word -> [(ByteString, UnitSettings.Setting)] in
                let parts = word.split(on: UInt8(ascii: ":"))
                let place = isBind && parts.count > 1 ? parts[1] : parts[0]
                let written = ByteString(place.bytes.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") })
                let path = name.expanding(written) ?? written
                // A directory that is bound over a link is there under the name of the link as well.
                return (isBind ? [path, path.withoutLinks] : [path.withoutLinks]).map { ($0, one) }
            }
        }
    }
}

extension ByteString {
    /// Whether the path is `place`, or below it.
    func isAt(_ place: ByteString) -> Bool {
        let directory = place.hasSuffix("/") ? place : place + "/"
        return self == place || hasPrefix(directory)
    }

    /// The absolute path with all symbolic links followed, as far as it exists and may be searched.
    var withoutLinks: ByteString {
        guard hasPrefix("/") else { return self }
        var end = bytes.endIndex
        while end > 0 {
            if let path = try? ResolvedPath(ByteString(bytes[..<end]), followLinks: true).path {
                let rest = ByteString(bytes[end...].drop { $0 == UInt8(ascii: "/") })
                return rest.isEmpty ? path : path.hasSuffix("/") ? path + rest : path + "/" + rest
            }
            end = bytes[..<end].lastIndex(of: UInt8(ascii: "/")) ?? 0
        }
        return "/" + ByteString(bytes.drop { $0 == UInt8(ascii: "/") })
    }

    /// The path with all symbolic links followed, and before it the links on the way.
    fileprivate var withItsLinks: [ByteString] {
        ((try? ResolvedPath(self, followLinks: true).links) ?? [self]) + [withoutLinks]
    }
}
