// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

extension BoundSocket {
    /// The sockets of the processes that execute one of `files`, as far as this process may see them: each with the file
    /// that a process executes (proc_pid_fd(5), proc_pid_net(5)).
    package static func ofProcesses(executing files: Set<FileIdentity>) -> [(file: FileIdentity, socket: BoundSocket)] {
        RunningProcess.all.flatMap { process -> [(FileIdentity, BoundSocket)] in
            guard let file = (try? FileStatus(of: "/proc/\(process)/exe"))?.identity, files.contains(file) else {
                return []
            }
            let open = RunningProcess.socketNumbers(of: process)
            if open.isEmpty { return [] }
            return TransportProtocol.words.flatMap { table(of: ByteString(decimal: Int(process)), $0) }
                .filter { open.contains($0.inode) }.map { (file, $0) }
        }
    }

    /// The sockets of `transport` in the network namespace of a process.
    /// - Parameter process: the name of its directory in /proc.
    static func table(of process: ByteString, _ transport: TransportProtocol) -> [BoundSocket] {
        [transport.name, "\(transport.name)6"].flatMap { name in
            let text = try? FileDescriptor.open("/proc/\(process)/net/\(name)", .readOnly).readToEnd(limit: 64 << 20)
            return table(text ?? [], transport: transport)
        }
    }
}

extension RunningProcess {
    /// The numbers of the sockets that `process` has open.
    static func socketNumbers(of process: Int32) -> Set<UInt64> {
        let directory: ByteString = "/proc/\(process)/fd"
        let names = (try? FileDescriptor.open(directory, [.readOnly, .directory]).names()) ?? []
        let numbers = names.compactMap { name -> UInt64? in
            guard let target = try? readLink("\(directory)/\(name)"), target.hasPrefix("socket:[") else { return nil }
            return Digits.canonicalNumber(ByteString(target.bytes.dropFirst("socket:[".utf8.count).dropLast()))
        }
        return Set(numbers)
    }
}
