// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

/// What a process passes to the programs that it executes: three vectors, known by their letters as IAB (cap_iab(3)).
///
/// The text form is a list such as `!%cap_chown,cap_setuid,^cap_net_bind_service`: `^` is ambient and inheritable, `%`
/// or no mark is inheritable, and `!` is blocked from the bounding set.
public struct InheritedCapabilities: Hashable, Sendable {
    /// The inheritable capabilities, including all of `ambient`.
    public private(set) var inheritable: CapabilitySet
    /// The ambient capabilities.
    public private(set) var ambient: CapabilitySet
    /// The capabilities that are not in the bounding set.
    public private(set) var blocked: CapabilitySet

    /// Creates the vectors; ambient capabilities become inheritable too.
    public init(inheritable: CapabilitySet = [], ambient: CapabilitySet = [], blocked: CapabilitySet = []) {
        self.inheritable = inheritable.union(ambient)
        self.ambient = ambient
        self.blocked = blocked
    }

    /// The vectors of a process; 0 is the calling thread.
    public init(ofProcess process: Int32, kernel: KernelCapabilities = .running) throws(Errno) {
        let capabilities = try ProcessCapabilities(ofProcess: process)
        self.init(
            inheritable: capabilities.state.inheritable,
            ambient: capabilities.ambient,
            blocked: kernel.all.subtracting(capabilities.bounding)
        )
    }

    /// Parses a text as cap_iab_from_text(3) does.
    ///
    /// Numbers up to 63 are accepted like names, and a comma may follow the last item.
    public init(text: ByteString) throws(CapabilityTextError) {
        self.init()
        let bytes = text.bytes.prefix { $0 != 0 }
        var position = 0
        while position < bytes.count {
            var marks: [UInt8] = []
            while position < bytes.count, "!^%".utf8.contains(bytes[position]) {
                marks.append(bytes[position])
                position += 1
            }
            if position == bytes.count { return }
            let capability = try Self.takeItem(of: bytes, at: &position)
            if marks.contains(UInt8(ascii: "!")) { blocked.insert(capability) }
            if marks.contains(UInt8(ascii: "^")) { ambient.insert(capability) }
            if marks.isEmpty || marks.contains(where: { $0 != UInt8(ascii: "!") }) { inheritable.insert(capability) }
            if position == bytes.count { return }
            guard bytes[position] == UInt8(ascii: ",") else {
                throw CapabilityTextError(.junkAfterClause, at: position)
            }
            position += 1
        }
    }

    /// Parses a number or a name.
    private static func takeItem(
        of bytes: ArraySlice<UInt8>,
        at position: inout Int
    ) throws(CapabilityTextError) -> Capability {
        let start = position
        if Digits.isDecimal(bytes[position]) {
            let number = UnsignedNumber(prefixOf: bytes[position...])
            position += number.length
            if let capability = UInt8(exactly: number.value).flatMap(Capability.init(rawValue:)) { return capability }
            throw CapabilityTextError(.numberTooLarge, at: start)
        }
        while position < bytes.count, bytes[position].isNamePart { position += 1 }
        if position == start { throw CapabilityTextError(.notCapability, at: start) }
        if let capability = Capability(named: ByteString(bytes[start..<position])) { return capability }
        throw CapabilityTextError(.unknownName, at: start)
    }

    /// The text of the vectors, as from cap_iab_to_text(3); capabilities that the kernel does not have are left out.
    public func text(kernel: KernelCapabilities = .running) -> ByteString {
        var text = ByteString()
        for capability in inheritable.union(ambient).union(blocked).intersection(kernel.all) {
            if !text.isEmpty { text += "," }
            if blocked.contains(capability) { text += "!" }
            if ambient.contains(capability) {
                text += "^"
            } else if blocked.contains(capability) && inheritable.contains(capability) {
                text += "%"
            }
            text += capability.byteString
        }
        return text
    }
}

extension InheritedCapabilities {
    /// Makes these the vectors of the process, which must not have other threads, like cap_iab_set_proc(3).
    ///
    /// Blocked capabilities leave the bounding set permanently. Throws EPERM for what the process may not do:
    /// CAP_SETPCAP is needed to block capabilities, and to make inheritable what is not permitted; only permitted
    /// capabilities can be ambient.
    public func apply() throws(ProcessCapabilitiesError) {
        try CurrentProcess.requireSingleThread()
        do { try applyToCurrentThread() } catch { throw .system(error) }
    }

    private func applyToCurrentThread() throws(Errno) {
        var state = try CapabilityState.ofCurrentThread()
        let effective = state.effective
        state.inheritable = inheritable
        state.effective.formUnion(state.permitted.intersection([.setpcap]))
        try state.applyToCurrentThread()
        try CapabilityControls.clearAmbient()
        for capability in ambient { try CapabilityControls.setAmbient(capability, to: true) }
        let bounding = CapabilitySet.bounding
        for capability in blocked.intersection(bounding) {
            try CapabilityControls.dropFromBoundingSet(capability)
        }
        state.effective = effective
        try state.applyToCurrentThread()
    }
}
