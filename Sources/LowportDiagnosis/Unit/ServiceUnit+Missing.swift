// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The files and directories without which systemd does not start a service.
extension ServiceUnit {
    /// An assignment of a path that has to be there.
    struct Need: Hashable {
        var setting: UnitSettings.Setting
        var path: ByteString
        /// Whether a `-` before the path lets systemd do without it.
        var canBeOptional: Bool
    }

    /// What the service needs, and is not there now.
    var missing: [Need] {
        let made = madeDirectories
        return needs.filter { need in
            switch fileError(need.path) {
            case .noSuchFile?, .notDirectory?: !made.contains { $0.isAt(need.path) }
            default: false
            }
        }
    }

    /// The directory that the program is started in; nil if it is not known, or if the service can do without it.
    var workingDirectory: Need? {
        guard let setting = settings.last("WorkingDirectory"), let path = needed(setting.value) else { return nil }
        let mounted = bound + paths("TemporaryFileSystem")
        if foreignRoot != nil || mounted.contains(where: { path.isAt($0.path) }) { return nil }
        return Need(setting: setting, path: path, canBeOptional: true)
    }

    private var needs: [Need] {
        let files = settings.list("EnvironmentFile").compactMap { setting in
            needed(setting.value).map { Need(setting: setting, path: $0, canBeOptional: true) }
        }
        let network = settings.last("NetworkNamespacePath").flatMap { setting in
            needed(setting.value).map { Need(setting: setting, path: $0, canBeOptional: false) }
        }
        return files + [network, workingDirectory].compactMap { $0 } + (foreignRoot == nil ? mounted : [])
    }

    /// What is mounted anew for the program. With a `+` before the command, that is not all.
    private var mounted: [Need] {
        let always: [ByteString] = ["ReadWritePaths", "BindPaths", "BindReadOnlyPaths"]
        let others: [ByteString] = ["ReadOnlyPaths", "InaccessiblePaths", "NoExecPaths", "ExecPaths"]
        let all = (always + (command?.isUnrestricted == true ? [] : others)).flatMap { name in
            settings.list(name).flatMap { setting in
                UnitWords.unquoted(setting.value).compactMap { word in
                    needed(word.split(on: UInt8(ascii: ":"))[0])
                        .map { Need(setting: setting, path: $0, canBeOptional: true) }
                }
            }
        }
        let hidden = paths("InaccessiblePaths")
        return all.filter { need in
            let isBound = !need.setting.name.hasPrefix("Bind") && bound.contains { need.path.isAt($0.path) }
            return !isBound && !hidden.contains { need.path != $0.path && need.path.isAt($0.path) }
        }
    }

    /// The path that `text` stands for; nil if the service can do without it, and if it is not known before the start.
    private func needed(_ text: ByteString) -> ByteString? {
        let written = text.hasPrefix("+") ? ByteString(text.bytes.dropFirst()) : text
        guard let path = name.expanding(written), path.hasPrefix("/"),
            !path.bytes.contains(where: { ("*?[" as ByteString).bytes.contains($0) })
        else { return nil }
        return path
    }

    /// The directories that systemd makes for the service before it needs them.
    private var madeDirectories: [ByteString] {
        let bases: [(ByteString, ByteString)] = [
            ("RuntimeDirectory", "/run/"), ("StateDirectory", "/var/lib/"), ("CacheDirectory", "/var/cache/"),
            ("LogsDirectory", "/var/log/"), ("ConfigurationDirectory", "/etc/"),
        ]
        return bases.flatMap { setting, base in
            settings.list(setting).flatMap { UnitWords.unquoted(name.expanding($0.value) ?? $0.value) }
                .map { base + $0.split(on: UInt8(ascii: ":"))[0] }
        }
    }

    /// Why nothing can be said of the file at `path`; nil if it is there.
    private func fileError(_ path: ByteString) -> Errno? {
        do throws(Errno) {
            _ = try FileStatus(of: path)
            return nil
        } catch { return error }
    }
}
