// SPDX-License-Identifier: Apache-2.0
package import LowportLinux
internal import LowportPolicy

/// Everything that the authbind tree allows, and diagnostics about it.
///
/// The inventory is for people only: the helper decides file by file, with access(2).
package struct AuthbindInventory: Sendable {
    /// What is allowed, in the order of the paths.
    package private(set) var entries: [PolicyEntry] = []
    /// The diagnostics about the tree.
    package private(set) var diagnostics: [PolicyDiagnostic] = []
    private let root: ByteString
    /// The directories that a request has to pass to come to the entry that is being looked at.
    private var passage = AuthbindPassage()

    /// Reads the tree at `root`. The inventory is empty if there is no tree.
    package init(at root: ByteString = "/etc/authbind") {
        self.root = root
        guard let status = try? FileStatus(of: root) else { return }
        for directory in Self.directories(above: root) {
            if let status = try? FileStatus(of: directory) { enter(directory, status) }
        }
        judgeDirectory(root, status)
        enter(root, status)
        survey("byport") { $0.surveyPort(named: $1, $2) }
        survey("byaddr") { $0.surveyAddress(named: $1, $2) }
        survey("byuid", isSearched: false) { $0.surveyUser(named: $1, $2) }
    }

    // MARK: - Directories

    /// - Parameter isSearched: whether the directory is searched with the rights of the user; the helper reads the lines
    ///   of byuid with its own.
    private mutating func survey(
        _ directory: ByteString,
        isSearched: Bool = true,
        _ look: (inout AuthbindInventory, ByteString, FileStatus) -> Void
    ) {
        let path: ByteString = "\(root)/\(directory)"
        let names: [ByteString]
        do throws(Errno) {
            let status = try FileStatus(of: path)
            judgeDirectory(path, status)
            if isSearched { enter(path, status) }
            names = try FileDescriptor.open(path, [.readOnly, .directory]).names().sorted()
        } catch {
            if error != .noSuchFile { record(error.sentence, path) }
            return
        }
        for name in names where !name.hasPrefix(".") {
            do throws(Errno) { look(&self, name, try FileStatus(of: "\(path)/\(name)")) } catch {
                record(error.sentence, "\(path)/\(name)")
            }
        }
    }

    private static func directories(above path: ByteString) -> [ByteString] {
        let parts = path.split(on: UInt8(ascii: "/")).dropFirst().dropLast()
        return parts.reduce(into: ["/"]) { $0.append($0.count == 1 ? "/" + $1 : $0[$0.count - 1] + "/" + $1) }
    }

    private mutating func enter(_ path: ByteString, _ status: FileStatus) {
        guard let finding = passage.enter(path, status) else { return }
        record(finding.text, path, finding.isOfRootAlone ? .error : .warning)
    }

    private mutating func judgeDirectory(_ path: ByteString, _ status: FileStatus) {
        if status.owner != .root && !Namespaces.hides(status.owner) || status.mode.isWritableByGroupOrOthers {
            let text: ByteString = "uid \(status.owner), mode \(status.mode): others than root can make files here"
            record(text, path, .unsafe)
        }
    }

    // MARK: - Files whose execute permission decides

    private mutating func surveyPort(named name: ByteString, _ status: FileStatus) {
        let path: ByteString = "byport/\(name)"
        guard let port = AuthbindNames.port(named: name) else {
            return recordIgnoredName(path, expected: "N for a port 1-511, !N for one from 512 on")
        }
        add(path, status, addresses: nil, port)
    }

    private mutating func surveyAddress(named name: ByteString, _ status: FileStatus) {
        let path: ByteString = "byaddr/\(name)"
        guard let (address, port) = AuthbindNames.place(named: name) else {
            return recordIgnoredName(path, expected: "ADDRESS,PORT, with ! in front for ports from 512 on")
        }
        add(path, status, addresses: address.byteString, port)
    }

    private mutating func add(_ path: ByteString, _ status: FileStatus, addresses: ByteString?, _ port: Port) {
        let holders = Self.holders(of: status)
        for principal in holders.flatMap(passage.narrowed) {
            let location = RuleLocation(file: "\(root)/\(path)", line: 0)
            entries.append(PolicyEntry(principal, PortRange(port), on: addresses, at: location))
        }
        if holders.isEmpty {
            let text: ByteString =
                "no user may execute it: the port is refused, even if another file of authbind allows it"
            record(text, "\(root)/\(path)")
        }
    }

    /// The principals that may execute the file, according to its mode.
    private static func holders(of status: FileStatus) -> [Principal] {
        if status.mode.rawValue & 0o001 != 0 { return [.everyone] }
        var holders: [Principal] = []
        if status.mode.rawValue & 0o100 != 0 { holders.append(.userID(status.owner)) }
        if status.mode.rawValue & 0o010 != 0 { holders.append(.groupID(status.group)) }
        return holders
    }

    // MARK: - Files whose lines decide

    private mutating func surveyUser(named name: ByteString, _ status: FileStatus) {
        let path: ByteString = "byuid/\(name)"
        guard let (user, isMarked) = AuthbindNames.user(named: name) else {
            return recordIgnoredName(path, expected: "the number of a user, with ! in front for ports from 512 on")
        }
        let full: ByteString = "\(root)/\(path)"
        if status.mode.isWritableByGroupOrOthers
            || (status.owner != .root && !Namespaces.hides(status.owner) && status.mode.rawValue & 0o200 != 0)
        {
            let text: ByteString = "uid \(status.owner), mode \(status.mode): others than root can write lines here"
            record(text, full, .unsafe)
        }
        let content: [UInt8]
        do throws(Errno) {
            content = try FileDescriptor.open(full, [.readOnly, .nonBlocking]).readToEnd(limit: 16 << 20)
        } catch { return record(error.sentence, full) }
        for (index, line) in ByteString(content).split(on: UInt8(ascii: "\n")).enumerated() {
            survey(line.bytes[...], user, isMarked: isMarked, path: full, number: index + 1)
        }
    }

    private mutating func survey(
        _ line: ArraySlice<UInt8>,
        _ user: UserID,
        isMarked: Bool,
        path: ByteString,
        number: Int
    ) {
        if let reason = ByuidDiagnostic.reason(against: line) {
            return record(reason, path, line: number)
        }
        guard let rule = ByuidFile.rule(on: line) else { return }
        guard let ports = isMarked ? rule.ports(from: 512, to: 65535) : rule.ports(from: 1, to: 511) else {
            let text: ByteString =
                isMarked
                ? "has no effect: the file without ! in its name is asked for ports below 512"
                : "has no effect: the file with ! in front of its name is asked for ports from 512 on"
            return record(text, path, line: number)
        }
        let location = RuleLocation(file: path, line: number)
        for principal in passage.narrowed(.userID(user)) {
            entries.append(PolicyEntry(principal, ports, on: rule.addressesText, at: location))
        }
    }

    // MARK: - Diagnostics

    private mutating func record(
        _ text: ByteString,
        _ path: ByteString,
        line: Int? = nil,
        _ gravity: PolicyDiagnostic.Gravity = .warning
    ) {
        diagnostics.append(PolicyDiagnostic(Message(text), path: path, line: line, gravity))
    }

    private mutating func recordIgnoredName(_ path: ByteString, expected: ByteString) {
        record("no bind asks for this name; expected \(expected)", "\(root)/\(path)")
    }
}
