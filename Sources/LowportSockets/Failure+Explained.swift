// SPDX-License-Identifier: Apache-2.0
internal import LowportDiagnosis
internal import LowportLinux

extension Attempt.Failure {
    /// The error for the caller: why there is no socket, and what would change that.
    func explained(_ address: ListenAddress, _ options: PrivilegedSocket.Options) -> PrivilegedSocketError {
        switch self {
        case .system(.addressInUse): Self.taken(address, options)
        case .system(let error):
            PrivilegedSocketError(
                .system,
                address.description,
                error.sentence.text,
                errorNumber: error.rawValue
            )
        case .refused(let answer): Self.refused(address, options, answer)
        }
    }

    private static func isDualStack(_ address: ListenAddress, _ options: PrivilegedSocket.Options) -> Bool {
        address.place.address == .v6(.any) && !options.ipv6Only
    }

    private static func taken(
        _ address: ListenAddress,
        _ options: PrivilegedSocket.Options
    ) -> PrivilegedSocketError {
        let holders = PortHolder.all(
            address.transport.value,
            address.place.address,
            address.place.port,
            isDualStack: isDualStack(address, options)
        )
        let words = holders.map { "taken on \($0.socket.local.byteString.text) by \($0.name.text)" }
        return PrivilegedSocketError(
            .taken,
            address.description,
            words.isEmpty ? "the port is taken" : "the port is \(words.joined(separator: ", and "))",
            steps: holders.first.map { [[remedy(for: $0, address)]] } ?? [],
            holders: holders.flatMap(\.processes).map {
                PrivilegedSocketError.Holder(processIdentifier: $0.identifier, name: $0.name.text)
            },
            errorNumber: Errno.addressInUse.rawValue
        )
    }

    /// A socket of this process is one that was passed on and has another address, or one that it made before.
    private static func remedy(for holder: PortHolder, _ address: ListenAddress) -> String {
        guard holder.processes.contains(where: { $0.identifier == CurrentProcess.identifier }) else {
            return holder.advice.text
        }
        let own = ListenAddress(address.transport, holder.socket.local)
        return "this process has \(own) already: close it, or ask for exactly that address if it was passed on"
    }

    private static func refused(
        _ address: ListenAddress,
        _ options: PrivilegedSocket.Options,
        _ answer: Attempt.HelperAnswer
    ) -> PrivilegedSocketError {
        var question = BindQuestion(
            .caller,
            transport: address.transport.value,
            address: address.place.address,
            isDualStack: isDualStack(address, options),
            port: address.place.port
        )
        question.isOwn = true
        let explanation = try? Explanation(question)
        let steps = explanation?.steps.map { step in
            step.compactMap { remedy -> String? in
                guard let command = remedy.command?.text.text else { return remedy.advice?.text }
                return remedy.isElsewhere ? "\(remedy.effect.text): \(command)" : command
            }
        }
        // Something that the examination does not see: what the helper said is all there is to say.
        let isKnown = explanation.map { !$0.canBind } ?? false
        return PrivilegedSocketError(
            .refused,
            address.description,
            isKnown ? explanation?.verdict.text ?? "" : answer.reason,
            steps: steps ?? [],
            errorNumber: answer.error.rawValue
        )
    }
}

extension Attempt.HelperAnswer {
    /// The answer, as a sentence.
    fileprivate var reason: String {
        switch self {
        case .missing: "the kernel refuses the bind, and Lowport, whose helper could allow it, is not installed"
        case .notStarted(let error): "the helper cannot be started: \(error.sentence.text)"
        case .error(let error): "the helper refuses the bind: \(error.sentence.text)"
        case .abnormal: "the helper did not come to its end"
        case .untrue: "the socket is not bound to that address, although it is said to be"
        }
    }

    /// The error that `bind` would fail with.
    fileprivate var error: Errno {
        switch self {
        case .missing: .permissionDenied
        case .notStarted(let error), .error(let error): error
        case .abnormal, .untrue: .noSystemCall
        }
    }
}
