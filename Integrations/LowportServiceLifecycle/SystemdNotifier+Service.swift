// SPDX-License-Identifier: Apache-2.0
#if ServiceLifecycle
public import LowportSockets
public import ServiceLifecycle

/// The notifier as the last service of a `ServiceGroup`:
///
///     let group = ServiceGroup(services: [server, SystemdNotifier()], gracefulShutdownSignals: [.sigterm], logger: logger)
extension SystemdNotifier: Service {
    /// Tells the service manager that the start is complete, then that the server is alive, as often as it needs to know,
    /// and when the graceful shutdown begins, or the task is cancelled, that the end has begun.
    ///
    /// A group starts its services one after the other and does not wait until they serve. Have the socket before the group
    /// runs, as `PrivilegedSocket.listen(on:)` gives it: then no client is refused from the moment on at which the service
    /// manager is told. A group shuts its services down from the last to the first, so that as the last one this tells the
    /// service manager before the others end.
    ///
    /// - Throws: The error of the system call if the service manager cannot be told that the start is complete, or that the
    ///   server is alive: the group ends then, as the service manager would end it after its time limit. That it cannot be told
    ///   of the end ends nothing.
    public func run() async throws {
        try ready()
        try await cancelWhenGracefulShutdown { try await runWatchdog() }
        // Returns at once if it has begun; throws if the task was cancelled instead.
        try? await gracefulShutdown()
        try? stopping()
    }
}
#endif
