// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// What the settings of a service do not let its program do, whatever privilege it has.
extension ServiceUnit {
    /// The assignments that count as one list, the first of which says whether the list allows or denies.
    private struct Selection {
        var allows = true
        var members: Set<ByteString> = []
        var last: UnitSettings.Setting?

        /// Whether `member` may be used, and which assignment is the reason if not.
        func refusal(of member: ByteString) -> UnitSettings.Setting? {
            members.contains(member) == allows ? nil : last
        }
    }

    /// - Parameter names: the members that a word stands for.
    private func selection(_ setting: ByteString, _ names: (ByteString) -> [ByteString]) -> Selection? {
        let list = settings.list(setting)
        guard let first = list.first else { return nil }
        var selection = Selection(allows: !first.value.hasPrefix("~"))
        for one in list {
            let isInverted = one.value.hasPrefix("~")
            let words = UnitWords.unquoted(isInverted ? ByteString(one.value.bytes.dropFirst()) : one.value)
            for member in words.flatMap(names) {
                if isInverted != selection.allows {
                    if selection.members.insert(member).inserted { selection.last = one }
                } else if selection.members.remove(member) != nil {
                    selection.last = one
                }
            }
            if selection.last == nil { selection.last = one }
        }
        return selection
    }

    /// The assignment because of which the program gets no socket of `family`; nil if it does.
    func refusal(ofFamily family: ByteString) -> UnitSettings.Setting? {
        selection("RestrictAddressFamilies") { $0 == "none" ? [] : [$0] }?.refusal(of: family)
    }

    /// The assignment because of which the program may not make the system call `call`, `socket` or `bind`; nil if
    /// it may.
    func refusal(ofCall call: ByteString) -> UnitSettings.Setting? {
        let sets: [ByteString] = ["@network-io", "@system-service", "@known"]
        return selection("SystemCallFilter") { word in
            let name = word.split(on: UInt8(ascii: ":"))[0]
            return sets.contains(name) ? ["socket", "bind"] : [name]
        }?.refusal(of: call)
    }

    /// The assignment of `SocketBindDeny=` that keeps the program from binding; nil if none does.
    func refusal(ofBind family: ByteString, _ transport: TransportProtocol, _ port: Port) -> UnitSettings.Setting? {
        manager.hasControlGroupPrograms ? denial(ofBind: family, transport, port) : nil
    }

    /// The assignment of `SocketBindDeny=` that would keep the program from binding, but for this systemd, which
    /// ignores it; nil if none does.
    func ignoredDenial(
        ofBind family: ByteString,
        _ transport: TransportProtocol,
        _ port: Port
    ) -> UnitSettings.Setting? {
        manager.hasControlGroupPrograms ? nil : denial(ofBind: family, transport, port)
    }

    private func denial(ofBind family: ByteString, _ transport: TransportProtocol, _ port: Port) -> UnitSettings
        .Setting?
    {
        func matches(_ setting: UnitSettings.Setting) -> Bool {
            setting.value == "any"
                || setting.value.split(on: UInt8(ascii: ":")).allSatisfy { part in
                    switch part {
                    case "ipv4", "ipv6": part == family
                    case "tcp", "udp": part == transport.name
                    default: Self.range(part)?.contains(port.rawValue) ?? false
                    }
                }
        }
        if settings.list("SocketBindAllow").contains(where: matches) { return nil }
        return settings.list("SocketBindDeny").first(where: matches)
    }

    private static func range(_ text: ByteString) -> ClosedRange<UInt16>? {
        let ends = text.split(on: UInt8(ascii: "-")).map { Digits.number($0, upTo: 65535).map { UInt16($0) } }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count < 3, first <= last else {
            return nil
        }
        return first...last
    }
}
