// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Tries many ports at the same time, and reports the results in the order of the ports.
struct ParallelScan {
    private let connector: Connector
    private let ports: [Port]
    private let width: Int
    private let timeout: Milliseconds?

    /// Creates a scan.
    /// - Parameters:
    ///   - connector: connects to the host, and reports the results.
    ///   - ports: the ports, in the order in which they are reported.
    ///   - width: how many are tried at once.
    ///   - timeout: how long an answer may take; nil uses the limit of the kernel.
    init(_ connector: Connector, _ ports: [Port], width: Int, _ timeout: Milliseconds?) {
        self.connector = connector
        self.ports = ports
        self.width = width
        self.timeout = timeout
    }

    /// Tries all ports. Returns whether any is open.
    func run() throws(NetcatError) -> Bool {
        var attempts = ports.map { Attempt(connector.candidates($0), timeout: timeout) }
        var (first, next, found) = (0, 0, false)
        var running: [Int] = []
        while first < attempts.count {
            while next < attempts.count, running.count < width {
                try attempts[next].advance(connector)
                if !attempts[next].isDone { running.append(next) }
                next += 1
            }
            try wait(for: running, &attempts)
            running.removeAll { attempts[$0].isDone }
            // Results are reported in order.
            while first < next, attempts[first].isDone {
                found = attempts[first].log(connector) || found
                first += 1
            }
        }
        return found
    }

    private func wait(for running: [Int], _ attempts: inout [Attempt]) throws(NetcatError) {
        if running.isEmpty { return }
        var entries = running.map { PollEntry(attempts[$0].socket?.reference, .writable) }
        var deadline: Instant?
        for index in running { deadline = earliest(deadline, attempts[index].deadline) }
        _ = try? poll(&entries, timeout: deadline?.remaining)
        for (entry, index) in zip(entries, running) {
            if entry.isWritable || attempts[index].isLate { try attempts[index].conclude(connector) }
        }
    }
}

/// One port of a scan: its addresses are tried until one answers.
private struct Attempt {
    /// The socket that is being connected.
    final class Socket {
        private let descriptor: FileDescriptor
        var reference: InheritedDescriptor { descriptor.reference }
        init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
    }

    private(set) var socket: Socket?
    private(set) var deadline: Instant?
    private(set) var isDone = false
    private var candidates: ArraySlice<SocketAddress>
    private var current: SocketAddress?
    private var failures: [(SocketAddress, Errno)] = []
    private var open: SocketAddress?
    private let timeout: Milliseconds?

    init(_ candidates: [SocketAddress], timeout: Milliseconds?) {
        self.candidates = candidates[...]
        self.timeout = timeout
    }

    /// Whether the time for an answer has passed.
    var isLate: Bool { deadline.map { $0 <= Instant.now } ?? false }

    /// Begins with the next address, if there is one.
    mutating func advance(_ connector: Connector) throws(NetcatError) {
        while let address = candidates.popFirst() {
            guard let descriptor = try connector.begin(address) else { continue }
            socket = Socket(descriptor)
            current = address
            deadline = timeout.map { Instant.now + $0 }
            return
        }
        finish()
    }

    /// Processes the answer of the current address.
    mutating func conclude(_ connector: Connector) throws(NetcatError) {
        guard let socket, let current else { return }
        do throws(Errno) {
            try socket.reference.finishConnecting(until: .now)
            open = current
            finish()
        } catch {
            failures.append((current, error))
            try advance(connector)
        }
    }

    private mutating func finish() {
        socket = nil
        isDone = true
    }

    /// Reports the result. Returns whether the port is open.
    func log(_ connector: Connector) -> Bool {
        for (address, error) in failures { connector.log(address, error) }
        if let open { connector.logSuccess(open) }
        return open != nil
    }
}
