// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A forwarder that reads its pairs from a file, again on SIGHUP; gives its counters to whoever asks; and tells the service
/// manager how it is.
final class ForwardService: Forwarder {
    private let file: ForwardFile?
    private let metrics: MetricsServer?

    /// Creates a service with the pairs of `settings`, and listens.
    init(_ settings: ForwardSettings, _ access: AccessList, _ console: Console) throws(NetcatError) {
        file = settings.file.map { ForwardFile(path: $0, settings, console) }
        if let path = settings.metricsPath { metrics = try MetricsServer(at: path) } else { metrics = nil }
        super.init(settings.rules, access, console)
        for pair in try file?.read() ?? settings.pairs {
            let target = try pair.lookUp(settings, console)
            let listener = try pair.listen(settings, console)
            listener.log(settings.options, console)
            add(listener, pair.name, to: target)
        }
    }

    override var signals: [SignalDescriptor.Signal] { file == nil ? super.signals : super.signals + [.hangUp] }

    override func begin(_ tools: ForwardTools) throws(Errno) {
        try metrics?.watch(tools)
        ServiceManager.tell(.ready, console)
    }

    override func beginEnd() { ServiceManager.tell(.stopping, console) }

    override func end() { metrics?.close() }

    override func handle(_ event: EventToken, _ tools: ForwardTools) {
        switch event {
        case .metrics: metrics?.accept(tools)
        case .metricsReader(let index):
            metrics?.advance(index, tools) { [routes] in ForwardMetrics.text(of: routes) }
        case .flow, .listener, .signals: break
        }
    }

    override var ownDeadline: Instant? { metrics?.deadline }

    override func handleOwnDeadline(_ now: Instant) { metrics?.handleDeadlines(now) }

    /// Reads the file again. Connections that exist go on.
    override func reload(_ tools: ForwardTools) {
        guard let file, !isEnding else { return }
        ServiceManager.tell(.reloading, console)
        do throws(NetcatError) {
            let old = routes
            let change = try file.change(of: old, nextIndex: nextRoute)
            do throws(Errno) {
                try add(change.new, tools)
            } catch {
                throw NetcatError("cannot listen: \(error.sentence)")
            }
            change.apply(to: old)
            console.log("The pairs were read again")
        } catch {
            error.report(to: console)
            console.printError("the pairs stay as they are")
        }
        ServiceManager.tell(.ready, console)
    }
}
