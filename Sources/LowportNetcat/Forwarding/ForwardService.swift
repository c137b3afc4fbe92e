// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Listens, starts the processes that accept clients, and has all else to do: it reads its pairs from a file, again on SIGHUP;
/// gives its counters to whoever asks; and tells the service manager how it is. It ends if one of the processes fails, as if
/// it had failed itself.
final class ForwardService {
    private let settings: ForwardSettings
    private let access: AccessList
    private let console: Console
    private let file: ForwardFile?
    private var metrics: MetricsServer?
    private let crew: ForwardCrew
    /// All routes, also those that are closed and still have connections.
    private var routes: [Route] = []
    /// The number of the next route.
    private var nextRoute = 0
    private var isReloading = false
    private var isEnding = false
    private let found = FoundEvents(capacity: 16)

    /// Creates a service with the pairs of `settings`, and listens.
    init(_ settings: ForwardSettings, _ access: AccessList, _ console: Console) throws(NetcatError) {
        self.settings = settings
        self.access = access
        self.console = console
        file = settings.file.map { ForwardFile(path: $0, settings, console) }
        if let path = settings.metricsPath { metrics = try MetricsServer(at: path) } else { metrics = nil }
        do throws(Errno) {
            crew = ForwardCrew(try Places(maximum: settings.maximumConnections, processes: settings.processes))
        } catch {
            throw NetcatError("forward: \(error.message)")
        }
        for pair in try file?.read() ?? settings.pairs {
            routes.append(try pair.route(index: nextRoute, settings, console))
            nextRoute += 1
        }
    }

    /// Serves until SIGTERM or SIGINT, and then until the last client leaves.
    func run() throws(NetcatError) {
        // Each client takes two descriptors.
        DescriptorLimit.raise(to: .max)
        var failure: ProcessChange?
        do throws(Errno) {
            let tools = try ForwardTools()
            let signals = try SignalDescriptor(
                [.child, .user1, .terminate, .interrupt] + (file == nil ? [] : [.hangUp])
            )
            try tools.events.add(signals, .readable, token: EventToken.signals.rawValue, onChange: false)
            try metrics?.watch(tools)
            try start(tools, signals.reference) {}
            ServiceManager.tell(.ready, console)
            while failure == nil && !(isEnding && crew.isEmpty) { failure = try turn(tools, signals) }
        } catch {
            metrics?.close()
            throw NetcatError("forward: \(error.message)")
        }
        metrics?.close()
        switch failure {
        case .killed(let signal):
            throw NetcatError("forward: a process that serves clients was killed by signal \(Int(signal))")
        case .some: throw NetcatError("forward: a process that serves clients has ended")
        case nil: break
        }
    }

    /// Starts processes that serve the routes as they are after `change`, and has them begin.
    private func start(_ tools: ForwardTools, _ signals: InheritedDescriptor, _ change: () -> Void) throws(Errno) {
        try crew.start(tools.events) { post in
            change()
            // They are the starter's; the pending work for them is its own.
            for inherited in [tools.events.rawValue, signals.rawValue] {
                try? FileDescriptor(owning: inherited).close()
            }
            metrics = nil
            for route in routes { route.counters.use(block: post.number) }
            let worker = ForwardWorker(post, settings.rules, crew.places, access, console)
            for route in routes where route.socket != nil { worker.add(route) }
            do throws(NetcatError) {
                try worker.run()
            } catch {
                error.report(to: console)
                CurrentProcess.exit(1)
            }
            CurrentProcess.exit(0)
        }
        change()
        crew.begin()
    }

    /// Handles what happens next.
    /// - Returns: how a process has failed; nil if none has.
    private func turn(_ tools: ForwardTools, _ signals: borrowing SignalDescriptor) throws(Errno) -> ProcessChange? {
        do throws(Errno) {
            try tools.events.wait(for: found, timeout: metrics?.deadline?.remaining)
        } catch {
            if error != .interrupted { throw error }
        }
        for index in 0..<found.count {
            switch EventToken(rawValue: found[index].token) {
            case .channel: crew.handleCalls()
            case .metrics: metrics?.accept(tools)
            case .metricsReader(let index):
                metrics?.advance(index, tools) { [routes] in ForwardMetrics.text(of: routes) }
            case .flow, .listener, .signals: break
            }
        }
        metrics?.handleDeadlines(.now)
        while let signal = signals.next() { handle(signal, tools, signals.reference) }
        if isReloading && crew.hasBegun { endReload() }
        return crew.reap()
    }

    private func handle(_ signal: SignalDescriptor.Signal, _ tools: ForwardTools, _ signals: InheritedDescriptor) {
        switch signal {
        case .child: break
        case .hangUp: reload(tools, signals)
        case .user1:
            for route in routes {
                let line = route.counters.line
                console.print(routes.count == 1 ? line : "\(route.name): \(line)")
            }
        case .terminate, .interrupt:
            // A second signal leaves nothing to wait for.
            if isEnding {
                metrics?.close()
                CurrentProcess.exit(0)
            }
            isEnding = true
            ServiceManager.tell(.stopping, console)
            for route in routes { route.close() }
            crew.beginEnd()
        }
    }

    /// Reads the file again. The processes that serve are replaced; the connections that they have go on.
    private func reload(_ tools: ForwardTools, _ signals: InheritedDescriptor) {
        guard let file, !isEnding else { return }
        ServiceManager.tell(.reloading, console)
        do throws(NetcatError) {
            let old = routes
            let change = try file.change(of: old, nextIndex: nextRoute)
            routes += change.new
            do throws(Errno) {
                try start(tools, signals) { change.apply(to: old) }
            } catch {
                routes = old
                throw NetcatError("cannot start a process: \(error.sentence)")
            }
            routes.removeAll { $0.socket == nil && $0.counters[.active] == 0 }
            nextRoute += change.new.count
            isReloading = true
        } catch {
            error.report(to: console)
            console.printError("the pairs stay as they are")
            ServiceManager.tell(.ready, console)
        }
    }

    /// From now on, no client gets what was in the file before.
    private func endReload() {
        isReloading = false
        console.log("The pairs were read again")
        ServiceManager.tell(.ready, console)
    }
}
