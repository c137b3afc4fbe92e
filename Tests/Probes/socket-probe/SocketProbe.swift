// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc
import LowportSockets

/// A server that does with LowportSockets what servers do, in the fewest lines, and prints what came of it.
@main struct SocketProbe {
    static func main() async {
        var words = CommandLine.arguments.dropFirst()
        let verb = words.popFirst() ?? ""
        do {
            switch verb {
            case "listen": try words.forEach { try report(PrivilegedSocket.listen(on: $0)) }
            case "hold": try await hold(words)
            case "options": try options(words)
            case "actor": try await print(Server().start(words.first ?? ""))
            case "threads": try threads(words)
            case "ignoring-children":
                signal(SIGCHLD, SIG_IGN)
                try report(PrivilegedSocket.listen(on: words.first ?? ""))
            case "counting-children": try countChildren(words)
            case "without-standard": try withoutStandardDescriptors(words)
            case "inherited": try inherited(words)
            case "remedies": remedies(words)
            case "notify": try await notify(words)
            default: print("unknown: \(verb)")
            }
        } catch {
            print(error)
            exit(1)
        }
    }

    static func report(_ socket: borrowing PrivilegedSocket) {
        print(socket.address, socket.origin, state(of: socket.rawValue))
    }

    /// What the kernel says of a socket: whether it listens, and where it is bound.
    static func state(of descriptor: CInt) -> String {
        var (listens, size): (CInt, socklen_t) = (0, 4)
        getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size)
        let flags = fcntl(descriptor, F_GETFD)
        return (listens == 1 ? "listening" : "bound") + (flags & FD_CLOEXEC == 0 ? " and inheritable" : "")
    }

    // MARK: - Servers

    /// Keeps the sockets until standard input ends.
    static func hold(_ words: ArraySlice<String>) async throws {
        let numbers = try words.map { try PrivilegedSocket.listen(on: $0).release() }
        print("ready", numbers.count)
        fflush(nil)
        while readLine() != nil {}
    }

    static func options(_ words: ArraySlice<String>) throws {
        var options = PrivilegedSocket.Options()
        options.ipv6Only = words.contains("v6only")
        options.reusePort = words.contains("reuseport")
        if words.contains("backlog") { options.backlog = 7 }
        for _ in 0..<(options.reusePort ? 2 : 1) {
            let socket = try PrivilegedSocket.listen(on: words.first ?? "", options: options)
            report(socket)
            _ = socket.release()
        }
        fflush(nil)
        while readLine() != nil {}
    }

    actor Server {
        func start(_ text: String) throws -> String {
            let socket = try PrivilegedSocket.listen(on: text)
            return "\(socket.address) \(socket.origin)"
        }
    }

    /// One socket from each of so many threads, at consecutive ports.
    static func threads(_ words: ArraySlice<String>) throws {
        let count = words.first.flatMap { Int($0) } ?? 1
        let first = words.last.flatMap { UInt16($0) } ?? 1
        let outcomes = Outcomes()
        DispatchQueue.concurrentPerform(iterations: count) { index in
            do {
                let address = try ListenAddress(host: "127.0.0.1", port: first + UInt16(index))
                let socket = try PrivilegedSocket.listen(on: address)
                outcomes.add("\(socket.origin) \(socket.address.port == address.port)")
            } catch { outcomes.add("\(error)") }
        }
        for (outcome, times) in outcomes.all.sorted(by: { $0.key < $1.key }) { print(times, outcome) }
    }

    final class Outcomes: @unchecked Sendable {
        private let queue = DispatchQueue(label: "outcomes")
        private var counts: [String: Int] = [:]
        func add(_ outcome: String) { queue.sync { counts[outcome, default: 0] += 1 } }
        var all: [String: Int] { queue.sync { counts } }
    }

    // MARK: - What must not be disturbed

    nonisolated(unsafe) static var signals = 0

    /// Counts the signals and the children that the program notices.
    static func countChildren(_ words: ArraySlice<String>) throws {
        signal(SIGCHLD) { _ in SocketProbe.signals += 1 }
        let child = startSleeper()
        try report(PrivilegedSocket.listen(on: words.first ?? ""))
        print("signals", signals, "other child", kill(child, 0) == 0 ? "untouched" : "gone")
        kill(child, SIGKILL)
        var status: CInt = 0
        print("status kept", waitpid(child, &status, 0) == child && status == SIGKILL)
        print("children left", waitpid(-1, nil, 0) == -1 && errno == ECHILD ? 0 : 1)
        var mask = sigset_t()
        sigprocmask(SIG_BLOCK, nil, &mask)
        print("blocked", (1..<65).filter { sigismember(&mask, CInt($0)) == 1 })
    }

    static func startSleeper() -> pid_t {
        var child: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("1000"), nil]
        posix_spawnp(&child, "sleep", nil, nil, &arguments, nil)
        return child
    }

    /// Closes the standard descriptors, so that a socket would get one of their numbers.
    static func withoutStandardDescriptors(_ words: ArraySlice<String>) throws {
        let output = fcntl(1, F_DUPFD, 10)
        for number in 0...2 as ClosedRange<CInt> { close(number) }
        let socket = try PrivilegedSocket.listen(on: words.first ?? "")
        let text = "\(socket.address) \(socket.origin) \(socket.rawValue > 2)\n"
        _ = text.withCString { write(output, $0, strlen($0)) }
        // What a program writes by mistake does not go to a client.
        let free = (0...2).filter { fcntl(CInt($0), F_GETFD) == -1 }
        _ = "free \(free)\n".withCString { write(output, $0, strlen($0)) }
    }

    // MARK: - Everything else

    static func inherited(_ words: ArraySlice<String>) throws {
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            let socket =
                switch parts[0] {
                case "name": try InheritedSockets.take(named: parts[1])
                case "at": try InheritedSockets.take(at: ListenAddress(parts[1]))
                default: try InheritedSockets.takeNext()
                }
            guard let socket else {
                print(word, "none")
                continue
            }
            print(word, "\"\(socket.name)\"", socket.address?.description ?? "no address", state(of: socket.rawValue))
        }
        print("environment", ["FDS", "PID", "FDNAMES", "PIDFDID"].filter { getenv("LISTEN_\($0)") != nil })
    }

    /// Prints what an error carries.
    static func remedies(_ words: ArraySlice<String>) {
        do { try report(PrivilegedSocket.listen(on: words.first ?? "")) } catch {
            print(error.code, error.errorNumber ?? 0, error.address)
            print(error.reason)
            for remedy in error.remedies { print("-", remedy) }
            for holder in error.holders { print("held by", holder.name, holder.processIdentifier > 0) }
        }
    }

    static func notify(_ words: ArraySlice<String>) async throws {
        let manager = SystemdNotifier()
        print("wanted", manager.isWanted, "timeout", manager.watchdogTimeout.map { "\($0)" } ?? "none")
        try manager.ready()
        try manager.status("two\nlines")
        try manager.reloading()
        try manager.mainProcess(77)
        let watchdog = Task { try await manager.runWatchdog() }
        if words.contains("wait") { while readLine() != nil {} }
        watchdog.cancel()
        try await watchdog.value
        try manager.stopping()
    }
}
