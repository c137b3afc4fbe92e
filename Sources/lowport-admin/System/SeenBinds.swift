// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import LowportDiagnosis
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy

/// The privileged ports that programs bound, as far as anybody has seen it.
struct SeenBinds {
    /// A port of a protocol.
    struct Bind: Hashable {
        let transport: TransportProtocol
        let port: Port
    }

    /// By the path of the program, or by its inode, as the log has them.
    private var binds: [ByteString: Set<Bind>] = [:]

    /// What the program at `path` bound, whose file is `inode`.
    func binds(of path: ByteString, _ inode: ProgramInode?) -> Set<Bind> {
        binds[path.fieldOfLog, default: []].union(inode.flatMap { binds[$0.byteString] } ?? [])
    }

    /// The ports as ranges, which join neighbours.
    static func ranges(_ binds: Set<Bind>, _ transport: TransportProtocol) -> [PortRange] {
        let ports = binds.filter { $0.transport == transport }.map(\.port.rawValue).sorted()
        var ranges: [(first: UInt16, last: UInt16)] = []
        for port in ports {
            if let last = ranges.last, last.last + 1 == port {
                ranges[ranges.count - 1].last = port
            } else {
                ranges.append((port, port))
            }
        }
        return ranges.compactMap { PortRange(Port(rawValue: $0.first), Port(rawValue: $0.last)) }
    }

    private mutating func insert(_ program: ByteString, _ transport: TransportProtocol, _ port: Port) {
        if UInt32(port.rawValue) >= PortThreshold.standard { return }
        binds[program, default: []].insert(Bind(transport: transport, port: port))
    }

    /// What became of the events that wait for a reader of the log.
    enum WaitingEvents { case added, notEnabled, readByAnother }

    /// Adds the events that wait for a reader of the log, and leaves them there.
    mutating func addWaitingEvents() throws -> WaitingEvents {
        let reader: EventReader
        do throws(EnforcementError) {
            guard let opened = try EventReader.open() else { return .readByAnother }
            reader = opened
        } catch .notEnabled { return .notEnabled } catch { throw error.reported() }
        var names = ExecutableNames()
        for event in reader.waiting() {
            guard let inode = event.executable else { continue }
            let path = names.path(of: inode, process: event.process)
            let logged = LoggedBind(event, file: nil, executable: path, userName: nil)
            add(logLine: logged.text)
        }
        return .added
    }

    /// Adds the sockets that the processes have which execute one of `files`.
    mutating func addSockets(of files: [FileIdentity: ByteString]) {
        for (file, socket) in BoundSocket.ofProcesses(executing: Set(files.keys)) {
            if let path = files[file] { insert(path.fieldOfLog, socket.transport, socket.local.port) }
        }
    }

    /// Adds a line that `lowport log` or `lowport log --json` wrote; other lines, of which a journal has some, say nothing.
    mutating func add(logLine line: ByteString) {
        guard let bind = line.hasPrefix("{") ? Self.object(line) : Self.text(line) else { return }
        if let program = bind.program, bind.isAllowed { insert(program, bind.transport, bind.port) }
    }

    /// What a line of the log says.
    private struct Logged {
        let isAllowed: Bool
        /// The path of the program, as a field of a log, or its inode.
        let program: ByteString?
        let transport: TransportProtocol
        let port: Port

        /// Nil if the protocol is unknown.
        init?(_ result: ByteString, _ program: ByteString?, _ transport: ByteString, _ port: UInt16) {
            guard let transport = TransportProtocol.allCases.first(where: { $0.name == transport }) else { return nil }
            isAllowed = result.hasPrefix("allowed")
            // The number of an inode may be another file's by now, but no user can give a file the capability.
            let isNumber = program?.hasPrefix("/") != true && program?.hasPrefix("\"") != true
            self.program = isNumber && result != "allowed by capability" ? nil : program
            self.transport = transport
            self.port = Port(rawValue: port)
        }
    }

    /// `TIME RESULT uid N (user NAME, program "NAME", executable PATH, pid N) PROTOCOL ADDRESS:PORT GROUNDS`, in which
    /// no field has a blank.
    private static func text(_ line: ByteString) -> Logged? {
        let words = line.split(on: UInt8(ascii: " "))
        guard words.count > 2, Timestamp(words[0]) != nil, let user = words.firstIndex(of: "uid"),
            let process = words.firstIndex(of: "pid"), user < process, words.count > process + 3,
            let end = words[process + 3].split(on: UInt8(ascii: ":")).last,
            let port = Digits.canonicalNumber(end, upTo: UInt64(UInt16.max))
        else { return nil }
        let isNamed = words[process - 2] == "executable"
        return Logged(
            ByteString(joining: Array(words[1..<user]), with: " "),
            isNamed ? ByteString(words[process - 1].bytes.dropLast()) : nil,
            words[process + 2],
            UInt16(port)
        )
    }

    private static func object(_ line: ByteString) -> Logged? {
        struct Object: Decodable {
            let schema: String
            let result: String
            let executable: String?
            let executableInode: String?
            let transport: String
            let port: UInt16

            enum CodingKeys: String, CodingKey {
                case schema, result, executable, port
                case executableInode = "executable_inode"
                case transport = "protocol"
            }
        }
        guard let object = try? JSONDecoder().decode(Object.self, from: Data(line.bytes)),
            object.schema == "lowport.log/1"
        else { return nil }
        let program =
            object.executable.map { ByteString($0).fieldOfLog } ?? object.executableInode.map { ByteString($0) }
        return Logged(ByteString(object.result), program, ByteString(object.transport), object.port)
    }
}
