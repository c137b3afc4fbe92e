// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import LowportLinux
internal import TestSupport
internal import Testing

/// A command line of setcap or getcap, run by a shell in a fresh directory with files of every sort.
///
/// `setcap` and `getcap` are either the original's or ours; `$NB` in front of a command makes it run as nobody.
struct CapabilityCase: Sendable, CustomTestStringConvertible {
    /// The command line, or several.
    let script: String

    var testDescription: String { script }
}

extension CapabilityCase: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { script = value }
}

/// What a case did: what was printed, and which attributes the files have afterwards.
struct CapabilityEffects: Hashable, CustomStringConvertible {
    let outcome: Outcome
    let attributes: [String]

    var description: String { "\(outcome.description)--- attributes\n\(attributes.joined(separator: "\n"))" }
}

/// Whose programs run.
enum Contender: String {
    /// Debian's libcap2-bin.
    case original
    /// Those of this package.
    case ours
}

/// The files that every case starts with.
enum CapabilityFixture {
    /// Runs `script` with the programs of `contender` in a fresh copy of the files.
    static func run(_ script: String, by contender: Contender) async throws -> CapabilityEffects {
        let template = try await template.value
        let directory = "\(template.base)/\(UUID().uuidString)"
        let copied = try await TestSupport.run("cp", ["-a", ByteString(template.files), ByteString(directory)])
        guard copied.status == 0 else { throw FixtureFailure(outcome: copied) }
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let outcome = try await TestSupport.run(
            "timeout",
            ["120", "sh", "-c", ByteString(script)],
            environment: [
                "PATH":
                    "\(template.base)/\(contender.rawValue):\(template.base)/tools:\(ProcessInfo.processInfo.environment["PATH"] ?? "")",
                "NB": "setpriv --reuid=65534 --regid=65534 --clear-groups",
                "LC_ALL": "C",
            ],
            directory: directory
        )
        return CapabilityEffects(outcome: outcome, attributes: try attributes(below: directory))
    }

    /// A directory that everybody may enter, and that goes away with this process.
    private static let base: String = {
        atexit { try? FileManager.default.removeItem(atPath: CapabilityFixture.base) }
        return "/tmp/lowport-capabilities-\(ProcessInfo.processInfo.processIdentifier)"
    }()

    /// The directory that holds the files, and beside it those with the programs; made once.
    private static let template = Task {
        let made = try await TestSupport.run(
            "sh",
            ["-eu", "-c", ByteString(preparation)],
            environment: ["BASE": base, "PRODUCTS": Products.directory]
        )
        guard made.status == 0 else { throw FixtureFailure(outcome: made) }
        for (name, text) in CapabilityTools.all {
            let path = "\(base)/tools/\(name)"
            guard
                FileManager.default.createFile(
                    atPath: path,
                    contents: Data(text.utf8),
                    attributes: [.posixPermissions: 0o755]
                )
            else { throw FixtureFailure(outcome: made) }
        }
        return (base: base, files: "\(base)/template")
    }

    private struct FixtureFailure: Error { let outcome: Outcome }

    private static let preparation = """
        umask 022
        mkdir -p $BASE/original $BASE/ours $BASE/tools $BASE/template; cd $BASE
        ln -s /sbin/setcap /sbin/getcap original/
        cp $PRODUCTS/setcap $PRODUCTS/getcap ours/
        cd template
        touch a b c x y em -- -dash 'sp ace' unread owned; chmod 0700 unread; chown 65534:65534 owned
        mkdir -p d/e noread nosearch; touch d/e/z noread/x nosearch/x
        ln -s x link; ln -s missing dang; ln -s d ld; mkfifo fifo; mknod cdev c 1 3
        PATH=$BASE/original:$PATH
        setcap cap_net_raw=ep x cap_kill=i ./-dash cap_kill=i 'sp ace' cap_kill=p unread = em
        setcap -n 1000 cap_chown=p y
        setcap =ep d/e/z cap_dac_override=p noread/x cap_dac_override=p nosearch/x
        chmod 0711 noread; chmod 0744 nosearch
        """

    /// The raw attributes of all files below `directory`, in the order of their names.
    private static func attributes(below directory: String) throws -> [String] {
        guard let walk = FileManager.default.enumerator(atPath: directory) else { return [] }
        let names = walk.compactMap { $0 as? String }.sorted()
        return names.map { name in
            let path = ByteString("\(directory)/\(name)")
            do throws(Errno) {
                let value = try readAttribute(.capability, of: path, followLinks: false, limit: 64)
                return "\(name) \(value.map { String(format: "%02x", $0) }.joined())"
            } catch {
                return "\(name) \(error == .noData ? "-" : error.message.description)"
            }
        }
    }
}
