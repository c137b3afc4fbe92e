// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy

/// Resolves the principals in the lines that confine, and records the errors.
struct ConfinementResolver {
    /// The record from when the rules last had no errors.
    let record: ConfinementRecord?
    private(set) var lines: [ConfinementRecord.Line] = []
    private(set) var errors: [PolicyError] = []

    /// What the kernel confines now; nil if the engine is not enabled.
    private let inForce: Confinement?
    private let names: SystemPolicyNames

    init(record: ConfinementRecord?, inForce: Confinement?, names: SystemPolicyNames) {
        self.record = record
        self.inForce = inForce
        self.names = names
    }

    /// Adds all lines in `files` that confine, including those in files with errors.
    mutating func enter(_ files: [RulesFile]) {
        for file in files {
            for (principal, location) in file.confinements { enter(principal, location) }
        }
    }

    private mutating func enter(_ principal: ConfinedPrincipal, _ location: RuleLocation) {
        if lines.contains(where: { $0.principal == principal && $0.file == location.file }) { return }
        if let known = lines.first(where: { $0.principal == principal }) {
            var line = known
            line.file = location.file
            lines.append(line)
            return
        }
        var line = ConfinementRecord.Line(file: location.file, principal: principal)
        switch principal {
        case .everyone, .root: break
        case .user(let name):
            if let user = answer(to: principal, location, { () throws(Errno) in try Accounts.findUser(named: name) }) {
                line.members = [ConfinementRecord.Member(name: name, user: user)]
            }
        case .group(let name):
            let group = answer(to: principal, location) { () throws(Errno) in try Accounts.findGroup(named: name) }
            line.group = group
            if let group { line.members = members(of: group, name, principal, location) }
        case .program(let path):
            line.programs = programs(at: path, principal, location)
        }
        lines.append(line)
    }

    /// Returns the result of `ask`; no result is recorded as an error.
    private mutating func answer<Found>(
        to principal: ConfinedPrincipal,
        _ location: RuleLocation,
        _ ask: () throws(Errno) -> Found?
    ) -> Found? {
        var isUnanswered = false
        do throws(Errno) {
            if let found = try ask() { return found }
        } catch { isUnanswered = true }
        let last = (record?.members(of: principal) ?? []).map(\.user.rawValue)
        errors.append(.unknown(principal, location, last: last, isUnanswered: isUnanswered))
        return nil
    }

    /// The file that the program is, and those that it was and that the kernel confines: they may still be running.
    private mutating func programs(
        at path: ByteString,
        _ principal: ConfinedPrincipal,
        _ location: RuleLocation
    ) -> [ProgramInode] {
        let recorded = (record?.lines ?? []).filter { $0.principal == principal }.flatMap(\.programs)
        var programs: [ProgramInode] = []
        if let inode = names.inode(ofProgramAt: path), names.isExecuted(programAt: path) {
            programs.append(inode)
        } else {
            errors.append(.unknownProgram(path, location))
        }
        let remaining = inForce?.programs ?? []
        for inode in recorded where remaining.contains(inode) && !programs.contains(inode) { programs.append(inode) }
        return programs
    }

    private mutating func members(
        of group: GroupID,
        _ name: ByteString,
        _ principal: ConfinedPrincipal,
        _ location: RuleLocation
    ) -> [ConfinementRecord.Member] {
        let recorded = record?.members(of: principal) ?? []
        let found: Accounts.Members
        do throws(Errno) { found = try Accounts.findMembers(of: group) } catch {
            errors.append(.unknownMember("", of: name, location, last: nil))
            return recorded
        }
        var members = found.named.map { ConfinementRecord.Member(name: $0.name, user: $0.user) }
        members += found.primary.map { ConfinementRecord.Member(name: "", user: $0) }
        for member in found.unanswered + found.unknown {
            let last = recorded.first { $0.name == member }
            // Groups often contain leftover names that never existed as users.
            if last == nil && !found.unanswered.contains(member) { continue }
            errors.append(.unknownMember(member, of: name, location, last: last?.user.rawValue))
            if let last { members.append(last) }
        }
        // Not every database lists all of its users.
        for member in recorded where member.name.isEmpty && !members.contains(member) {
            do throws(Errno) {
                if try Accounts.findPrimaryGroup(of: member.user) == group { members.append(member) }
            } catch {
                errors.append(.unknownMember("", of: name, location, last: member.user.rawValue))
                members.append(member)
            }
        }
        var seen: Set<ConfinementRecord.Member> = []
        return members.filter { seen.insert($0).inserted }
    }
}
