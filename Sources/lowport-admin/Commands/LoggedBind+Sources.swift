// SPDX-License-Identifier: Apache-2.0
internal import LowportKernelPolicy
internal import LowportLinux
internal import LowportPolicy

extension LoggedBind {
    /// An event of the kernel engine.
    /// - Parameters:
    ///   - executable: the path of the program; nil if it is not known.
    ///   - name: the name of the user; nil if there is none.
    init(_ event: BindEvent, file: ByteString?, executable: ByteString?, userName name: ByteString?) {
        let since = Int64(truncatingIfNeeded: event.time)
        time = Timestamp(rawValue: (KernelClock.start + since) / 1_000_000_000)
        recorder = .kernel
        outcome =
            switch event.outcome {
            case .granted: "granted"
            case .left: "left"
            case .refused: "refused"
            }
        (result, reason) = Self.result(of: event, file: file)
        user = event.user
        userName = name
        process = event.process
        command = event.command
        transport = event.transport.name
        address = event.address.byteString
        port = event.port
        self.file = file
        line = file == nil ? nil : event.line
        kernel = KernelDetails(
            group: event.group.rawValue,
            executable: executable,
            executableInode: event.executable?.byteString,
            cgroup: event.cgroup,
            network: event.network
        )
    }

    private static func result(of event: BindEvent, file: ByteString?) -> (BindResult, ByteString) {
        let rule: ByteString = "\(file?.fieldOfLog ?? "?"):\(event.line)"
        // A rule for a confined program says how far its capability goes.
        let isNarrowed = event.outcome == .left && event.source != 0
        return switch (event.outcome, event.check) {
        case (.granted, _): (.allowedByRule, "by \(rule)")
        case (.left, .capability) where isNarrowed:
            (.allowedByCapability, "with CAP_NET_BIND_SERVICE, as far as \(rule) allows")
        case (.left, .noCapability) where isNarrowed:
            (.refused, "since \(rule) is for a confined program, and the process lacks CAP_NET_BIND_SERVICE")
        case (.refused, _): (.refused, "since no rule allows it, and the process is confined")
        case (.left, .capability): (.allowedByCapability, "with CAP_NET_BIND_SERVICE")
        case (.left, .unprivileged): (.allowedAsUnprivileged, "since the port needs no permission there")
        case (.left, .noCapability): (.refused, "since no rule allows it")
        case (.left, .unknown): (.left, "which allows it only with CAP_NET_BIND_SERVICE")
        }
    }

    /// A line of the helper; one that a bind is allowed, before it is made, counts as the result if no other follows.
    init(_ line: HelperLogLine, at time: Timestamp, userName name: ByteString?) {
        self.time = time
        recorder = .helper
        switch line.event {
        case .allowed, .bound: (result, outcome, reason) = (.allowedByRule, "granted", line.grounds)
        case .failed: (result, outcome, reason) = (.failed, "granted", line.grounds)
        case .refused: (result, outcome, reason) = (.refused, "refused", "since \(line.grounds)")
        }
        user = line.user
        userName = name
        process = line.process
        command = line.program.unquotedFromLog
        transport = line.transport
        let place = ByteString(line.place.bytes.dropLast(line.port.byteString.count + 1))
        let isBracketed = place.hasPrefix("[") && place.hasSuffix("]")
        address = isBracketed ? ByteString(place.bytes.dropFirst().dropLast()) : place
        port = line.port
        guard let location = line.location else { return }
        let parts = location.split(on: UInt8(ascii: ":"))
        if parts.count > 1, let last = parts.last, let number = Digits.canonicalNumber(last, upTo: UInt64(UInt32.max)) {
            file = ByteString(joining: Array(parts.dropLast()), with: ":")
            self.line = UInt32(number)
        } else {
            (file, self.line) = (location, 0)
        }
    }

    /// The entry of the journal that `journalEntry` made; nil for any other.
    init?(_ entry: JournalExport.Entry) {
        func text(_ name: String) -> ByteString? { entry[ByteString(Self.journalName(name))] }
        func number(_ name: String) -> UInt64? { text(name).flatMap { Digits.canonicalNumber($0) } }
        guard let time = text("time").flatMap({ Timestamp($0) }), text("recorder") == "kernel",
            let result = text("result").flatMap({ BindResult(rawValue: $0.description) }), let reason = text("reason"),
            let outcome = text("outcome"), let user = number("uid"), let process = number("pid"),
            let command = text("command"), let transport = text("protocol"), let address = text("address"),
            let port = number("port"), port <= UInt64(UInt16.max), let group = number("gid"),
            let cgroup = number("cgroup"), let network = number("network")
        else { return nil }
        self.time = time
        recorder = .kernel
        (self.result, self.reason, self.outcome) = (result, reason, outcome)
        self.user = UserID(rawValue: UInt32(truncatingIfNeeded: user))
        userName = text("user")
        self.process = UInt32(truncatingIfNeeded: process)
        (self.command, self.transport, self.address) = (command, transport, address)
        self.port = Port(rawValue: UInt16(port))
        file = text("file")
        line = number("line").map { UInt32(truncatingIfNeeded: $0) }
        kernel = KernelDetails(
            group: UInt32(truncatingIfNeeded: group),
            executable: text("executable"),
            executableInode: text("executable_inode"),
            cgroup: cgroup,
            network: network
        )
    }
}

extension ByteString {
    /// The bytes that `quotedForLog` wrote between quotation marks.
    fileprivate var unquotedFromLog: ByteString {
        var result: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            let digits = rest.dropFirst().prefix(2)
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"), digits.count == 2,
                let value = Digits.number(digits, base: 16)
            {
                result.append(UInt8(value))
                rest = rest.dropFirst(3)
            } else {
                result.append(byte)
            }
        }
        return ByteString(result)
    }
}
