// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A received signal (signalfd(2)).
package struct ReceivedSignal: Hashable, Sendable {
    /// Its number.
    package let number: Int32
    /// The process that sent it; 0 for the kernel.
    package let sender: Int32
    /// Whether the kernel sent it, as for keys typed at the terminal.
    package let isFromKernel: Bool
    /// The value that sigqueue(3) sent.
    let value: UInt64?

    /// Whether it reports a change of a child.
    package var tellsOfChild: Bool { number == SIGCHLD }
    /// Whether it resumes a stopped process.
    package var continues: Bool { number == SIGCONT }

    fileprivate init?(_ record: [UInt8]) {
        guard record.count == 128 else { return nil }
        func word(_ offset: Int) -> UInt32 { UInt32(littleEndianBytes: record[offset..<offset + 4]) }
        number = Int32(bitPattern: word(0))
        let code = Int32(bitPattern: word(8))
        isFromKernel = code == SI_KERNEL
        sender = isFromKernel ? 0 : Int32(bitPattern: word(12))
        value = code == SI_QUEUE ? UInt64(word(48)) | UInt64(word(52)) << 32 : nil
    }

    /// Sends the same signal to `process`.
    ///
    /// The corresponding system calls are kill(2) and rt_sigqueueinfo(2).
    package func forward(to process: Int32) throws(Errno) {
        let pointer = unsafe value.flatMap { unsafe UnsafeMutableRawPointer(bitPattern: UInt($0)) }
        try nothingOrErrno(.kill) { unsafe clinux_send_signal(process, number, value == nil ? 0 : 1, pointer) }
    }
}

/// All signals of a single-threaded process, blocked since this value was created: only SIGKILL and SIGSTOP, which
/// cannot be blocked, stop or kill the process (signal(7)).
package struct HeldSignals: ~Copyable {
    private var before: sigset_t
    private var source: FileDescriptor?

    /// Blocks all signals.
    package init() {
        before = sigset_t()
        unsafe clinux_hold_signals(&before)
    }

    /// Restores the former signal mask.
    package mutating func release() { unsafe clinux_release_signals(&before) }

    /// Opens the descriptor that receives the signals, in a process that reaps its children.
    ///
    /// The corresponding system call is signalfd(2).
    package mutating func listen() throws(Errno) {
        // If the parent ignored SIGCHLD, the kernel would reap children before this process can.
        _ = clinux_signal_default(SIGCHLD)
        source = FileDescriptor(owning: try valueOrErrno(.open) { clinux_all_signals_descriptor() })
    }

    /// Closes that descriptor: signals stay pending.
    package mutating func stopListening() { source = nil }

    /// Readable when a signal is pending.
    package var reference: InheritedDescriptor? {
        switch source {
        case .some(let source): source.reference
        case .none: nil
        }
    }

    /// The next signal received; nil if none.
    package func next() -> ReceivedSignal? {
        guard let reference, let record = try? reference.read(upTo: 128) else { return nil }
        return ReceivedSignal(record)
    }

    /// Stops this process as another process was stopped, unless `isFinished`, called after the signal is sent and before
    /// it takes effect, returns true.
    ///
    /// A SIGCONT that arrives after that call resumes the process. SIGSTOP cannot be blocked until then, so this method
    /// sends SIGTSTP instead.
    package func stop(by signal: Int32, unless isFinished: () -> Bool) {
        let signal = signal == SIGSTOP ? SIGTSTP : signal
        _ = LowportCLinux.kill(getpid(), signal)
        if isFinished() { clinux_discard_signal(signal) } else { clinux_let_signal_act(signal) }
    }

    /// Kills this process by `signal`, which killed another, without a second core file; if that fails, as for process
    /// 1 of a namespace, exits with the status that a shell reports.
    package func end(by signal: Int32) -> Never {
        clinux_no_core()
        _ = LowportCLinux.kill(getpid(), signal)
        clinux_let_signal_act(signal)
        _exit(128 + signal)
    }
}

extension CurrentProcess {
    /// Kills `process` (`SIGKILL`, kill(2)).
    package static func kill(_ process: Int32) { _ = LowportCLinux.kill(process, SIGKILL) }

    /// Resumes `process` if it is stopped (`SIGCONT`, kill(2)).
    package static func resume(_ process: Int32) { _ = LowportCLinux.kill(process, SIGCONT) }
}
