// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// What keeps a user from a file that is there, as far as that decides what can be done about it.
enum AccessObstacle: Hashable {
    /// This directory on the way to the file may not be searched.
    case directory(ByteString)
    /// The file system of the file is mounted with `noexec` (mount(8)).
    case mount
    /// The mode of the file, on a file system that is mounted read-only.
    case readOnly
    /// An access control list of the file, whatever its mode is (acl(5)).
    case list
    /// The mode of the file.
    case mode

    /// Finds what keeps the user of `request` from `path`; nil if nothing does, or if that cannot be found out.
    init?(_ kind: AccessKind, to path: ByteString, _ request: BindRequest) {
        let denial = request.asRequester {
            (accessError(kind, to: path) == .permissionDenied, unsearchableDirectory(above: path))
        }
        guard let (isDenied, directory) = denial, isDenied else { return nil }
        if let directory {
            self = .directory(directory)
            return
        }
        let fileSystem = try? FileDescriptor.open(path, .pathOnly).fileSystem()
        if case .execute = kind, fileSystem?.forbidsExecution == true {
            self = .mount
        } else if let list = AccessControlList(of: path), list.denies(kind, to: request) {
            self = .list
        } else {
            self = fileSystem?.isReadOnly == true ? .readOnly : .mode
        }
    }

    /// Why no change of the mode helps, as the end of a sentence; nil if one does.
    var reason: ByteString? {
        switch self {
        case .directory, .mode: nil
        case .mount: "its file system is mounted noexec"
        case .readOnly: "its file system is mounted read-only"
        case .list: "its access control list forbids it"
        }
    }

    /// What has to be done to the file at `path` that no command of everybody does; nil if there is such a command.
    func advice(_ path: ByteString, _ user: ByteString) -> ByteString? {
        switch self {
        case .directory, .mode, .mount: nil
        case .readOnly: "mount the file system of \(path) for writing, to change the mode of the file"
        case .list: "change the access control list of \(path), which keeps it from \(user): setfacl(1)"
        }
    }
}
