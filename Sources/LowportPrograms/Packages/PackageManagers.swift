// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// What the package managers of this machine say of a file.
package enum PackageManagers {
    /// What is recorded of a file.
    package enum Record: Hashable, Sendable {
        /// The file belongs to packages, which recorded these digests of its content; none if they recorded none.
        case owned([PackageDigest])
        /// No package contains the file.
        case unowned
        /// A package manager could not be asked.
        case unknown(ByteString)
    }

    private static let dpkg: ByteString = "/usr/bin/dpkg-query"
    private static let rpm: ByteString = "/usr/bin/rpm"
    private static let limit = 64 << 20

    /// Asks dpkg and rpm, as far as they are there, about the file at `path`, without links.
    package static func record(of path: ByteString) -> Record {
        var digests: [PackageDigest] = []
        var isOwned = false
        for name in [path] + [formerName(of: path)].compactMap(\.self) {
            do throws(Errno) {
                for found in [try dpkgDigests(of: name), try rpmDigests(of: name)] {
                    isOwned = isOwned || found != nil
                    digests += found ?? []
                }
            } catch { return .unknown("the package manager did not answer: \(error.sentence)") }
        }
        return isOwned ? .owned(digests) : .unowned
    }

    /// The name from before `/bin` and similar directories became links to those below `/usr`, under which packages may
    /// still have the file; nil if there is no such link.
    private static func formerName(of path: ByteString) -> ByteString? {
        let usr: ByteString = "/usr"
        guard path.hasPrefix("/usr/") else { return nil }
        let former = ByteString(path.bytes.dropFirst(usr.count))
        let top = ByteString(former.bytes.dropFirst().prefix { $0 != UInt8(ascii: "/") })
        guard let target = try? readLink("/\(top)"), target == "usr/\(top)" || target == "/usr/\(top)" else {
            return nil
        }
        return former
    }

    /// The digests that dpkg knows for the file; nil if it belongs to no package.
    private static func dpkgDigests(of path: ByteString) throws(Errno) -> [PackageDigest]? {
        // dpkg-query takes the path for a pattern of glob(7).
        let pattern = ByteString(
            path.bytes.flatMap { "*?[\\".utf8.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
        )
        let database: ByteString = "--admindir=/var/lib/dpkg"
        guard let answer = try answer(of: dpkg, [database, "--search", "--", pattern]) else { return nil }
        let packages = PackageAnswer.packages(containing: path, in: answer)
        if packages.isEmpty { return nil }
        var digests: [PackageDigest] = []
        for package in packages {
            let list = try self.answer(of: dpkg, [database, "--control-show", "--", package, "md5sums"])
            digests += PackageAnswer.digests(of: path, inSums: list ?? "")
        }
        return digests
    }

    /// The digests that rpm knows for the file; nil if it belongs to no package.
    private static func rpmDigests(of path: ByteString) throws(Errno) -> [PackageDigest]? {
        // rpm would make a database where there is none, and a file in a home directory could name another.
        guard let database = rpmDatabases.first(where: isRpmDatabase) else { return nil }
        let format: ByteString = "[%{FILEDIGESTS} %{FILENAMES}\\n]"
        let question: [ByteString] = ["--dbpath", database, "--query", "--file", "--queryformat", format, "--", path]
        guard let answer = try answer(of: rpm, question) else { return nil }
        return PackageAnswer.digests(of: path, inFiles: answer)
    }

    /// Where distributions have the database of rpm.
    private static let rpmDatabases: [ByteString] = ["/usr/lib/sysimage/rpm", "/var/lib/rpm"]

    private static func isRpmDatabase(_ directory: ByteString) -> Bool {
        // By the formats sqlite, bdb and ndb.
        ["rpmdb.sqlite", "Packages", "Packages.db"].contains { (try? FileStatus(of: "\(directory)/\($0)")) != nil }
    }

    /// What `program` answers; nil if it ends with another status than 0, or is not there.
    ///
    /// It gets an environment of its own: a variable, or a file in the home directory of the user of sudo(8), would name
    /// another database.
    private static func answer(of program: ByteString, _ arguments: [ByteString]) throws(Errno) -> ByteString? {
        guard (try? FileStatus(of: program)) != nil else { return nil }
        let environment: [ByteString] = ["env", "--ignore-environment", "HOME=/", "LC_ALL=C", "PATH=/usr/bin:/bin"]
        let (text, end) = try capturedOutput(
            ofProgramAt: "/usr/bin/env",
            arguments: environment + [program] + arguments,
            limit: limit
        )
        return end == .exited(status: 0) ? text : nil
    }
}
