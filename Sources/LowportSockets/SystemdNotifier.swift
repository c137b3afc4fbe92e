// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// Tells the service manager that started this process about its state, as sd_notify(3) does.
///
/// Where nobody wants to know, every function does nothing, so that a server needs no condition around it.
public struct SystemdNotifier: Sendable {
    private let place: ByteString?

    /// How long the service manager waits for a sign of life at most; nil if it does not (`WATCHDOG_USEC`,
    /// sd_watchdog_enabled(3)).
    public let watchdogTimeout: Duration?

    /// Reads from the environment who wants to know.
    public init() {
        place = ServiceManager.place
        watchdogTimeout = ServiceManager.watchdogTimeout.map { .microseconds($0) }
    }

    /// Whether somebody wants to know (`NOTIFY_SOCKET`).
    public var isWanted: Bool { place != nil }

    /// Tells that the start is complete, or the reload.
    public func ready() throws(SystemdNotifierError) { try tell(.ready) }

    /// Tells that the configuration is read again, until ``ready()``.
    public func reloading() throws(SystemdNotifierError) { try tell(.reloading) }

    /// Tells that the end has begun.
    public func stopping() throws(SystemdNotifierError) { try tell(.stopping) }

    /// Tells people in one line what the server does.
    ///
    /// - Parameter text: the line; what is invisible in it is escaped.
    public func status(_ text: String) throws(SystemdNotifierError) {
        try tell(.status(ByteString(text).escaped))
    }

    /// Tells which process is the main one of the service.
    ///
    /// - Parameter identifier: the ID of the process.
    public func mainProcess(_ identifier: CInt) throws(SystemdNotifierError) { try tell(.mainProcess(identifier)) }

    /// Tells that the server is alive.
    public func watchdog() throws(SystemdNotifierError) { try tell(.watchdog) }

    /// Tells that the server is alive, again and again, as often as the service manager needs it, until the task is
    /// cancelled. Returns at once if it does not need it.
    public func runWatchdog() async throws(SystemdNotifierError) {
        guard isWanted, let watchdogTimeout else { return }
        while !Task.isCancelled {
            try watchdog()
            // Twice as often as it has to be: sd_watchdog_enabled(3).
            guard (try? await Task.sleep(for: watchdogTimeout / 2)) != nil else { return }
        }
    }

    private func tell(_ state: ServiceManager.State) throws(SystemdNotifierError) {
        guard let place else { return }
        do throws(Errno) { try ServiceManager.tell(state, at: place) } catch {
            throw SystemdNotifierError(
                place: place.text,
                reason: error == .addressFamilyNotSupported
                    ? "only paths and abstract names are supported" : error.sentence.text,
                errorNumber: error.rawValue
            )
        }
    }
}

/// Why the service manager could not be told.
public struct SystemdNotifierError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where the service manager listens, as `NOTIFY_SOCKET` says it.
    public let place: String
    /// The reason, as a sentence without a capital and a full stop.
    public let reason: String
    /// The value of errno(3).
    public let errorNumber: CInt

    /// The error in one line.
    public var description: String { "cannot notify \(place): \(reason)" }
}
