// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

extension CapabilityState {
    /// Writes the state as cap_to_text(3) does: `cap_net_bind_service=ep`.
    ///
    /// The text begins with `=` and the flags that most capabilities of the kernel have; the other capabilities follow
    /// in groups, with the flags that they have in addition or lack. Parsing the text gives the same state.
    /// - Parameter kernel: defines the capabilities that `=` stands for; those beyond follow as numbers.
    public func text(kernel: KernelCapabilities = .running) -> ByteString {
        let groups = CapabilityGroups(of: self)
        let common = groups.mostCommon(within: kernel.all)
        var text: ByteString = "=" + common.letters
        // If no flags are common, the first group replaces the lone `=`: `cap_chown=ep`.
        var takesPlaceOfCommon = common.isEmpty
        for flags in CapabilityFlags.descending where flags != common {
            let group = groups[flags].intersection(kernel.all)
            if group.isEmpty { continue }
            text = takesPlaceOfCommon ? "\(group.list)=" : text + " \(group.list)"
            let (more, less) = (flags.subtracting(common), common.subtracting(flags))
            if !more.isEmpty { text += (takesPlaceOfCommon ? "" : "+") + more.letters }
            if !less.isEmpty { text += "-" + less.letters }
            takesPlaceOfCommon = false
        }
        for flags in CapabilityFlags.descending where !flags.isEmpty {
            let group = groups[flags].subtracting(kernel.all)
            if !group.isEmpty { text += " \(group.list)+" + flags.letters }
        }
        return text
    }
}

/// The 64 capabilities, grouped by the flags that they have in a state.
private struct CapabilityGroups {
    private let state: CapabilityState

    init(of state: CapabilityState) { self.state = state }

    /// The capabilities that have exactly `flags`.
    subscript(flags: CapabilityFlags) -> CapabilitySet {
        let effective = state.effective.rawValue ^ (flags.contains(.effective) ? 0 : .max)
        let permitted = state.permitted.rawValue ^ (flags.contains(.permitted) ? 0 : .max)
        let inheritable = state.inheritable.rawValue ^ (flags.contains(.inheritable) ? 0 : .max)
        return CapabilitySet(rawValue: effective & permitted & inheritable)
    }

    /// The flags that most of `capabilities` have; of several such flags, those with the smallest number.
    func mostCommon(within capabilities: CapabilitySet) -> CapabilityFlags {
        var best = (flags: CapabilityFlags(), count: -1)
        for flags in CapabilityFlags.descending.reversed() {
            let count = self[flags].intersection(capabilities).count
            if count > best.count { best = (flags, count) }
        }
        return best.flags
    }
}

extension CapabilitySet {
    /// The names, joined with commas.
    var list: ByteString {
        var text = ByteString()
        for capability in self { text += text.isEmpty ? capability.byteString : ",\(capability)" }
        return text
    }
}

extension CapabilityFlags {
    /// All combinations, the highest number first.
    fileprivate static var descending: ReversedCollection<[CapabilityFlags]> {
        (0...7).map { CapabilityFlags(rawValue: $0) }.reversed()
    }

    /// The letters, in the order of capability texts.
    var letters: ByteString {
        var text = ByteString()
        if contains(.effective) { text += "e" }
        if contains(.inheritable) { text += "i" }
        if contains(.permitted) { text += "p" }
        return text
    }
}
